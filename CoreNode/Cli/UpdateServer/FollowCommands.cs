using System.CommandLine;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server channel follow</c> and <c>sync</c>: packages that come from a server elsewhere.</summary>
internal static class FollowCommands
{
    public static CliCommand Follow(ServerCommand make)
    {
        Argument<string> name = ChannelCommands.Name();
        Argument<string> url = new("URL") { Description = "where that server answers Omaha, or \"none\"" };
        Option<string?> group = new("--group")
        {
            Description = "group or channel there; default: the channel's own name",
            HelpName = "GROUP",
        };
        Option<string?> there = new("--app-there")
        {
            Description = "id of the application there; default: the same",
            HelpName = "APP",
        };
        Option<string?> every = new("--every")
        {
            Description = "how often it is asked, such as 6h; default: 1h",
            HelpName = "TIME",
        };
        return make.Make(
            new CliCommand("follow", "make a channel lead where an update server elsewhere leads")
            {
                Details = "What that server offers is fetched and verified as an upload is: its public key must be "
                    + "among the trusted ones.",
                Examples =
                [
                    ("corenode update-server channel follow upstream https://updates.example/v1/update/ --group stable",
                        "what is stable there"),
                    ("corenode update-server channel follow upstream none", "only by people from now on"),
                ],
            },
            [name, url, group, there, every, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement channel = await call.ChannelAsync(await call.AppPathAsync(), call.Parsed.GetValue(name)!);
                string path = $"channels/{ServerCall.Id(channel)}/upstream";
                string server = call.Parsed.GetValue(url)!;
                if (server == "none")
                {
                    ToldPage gone = await call.OrderAsync(HttpMethod.Delete, path);
                    return call.Show(gone, $"{channel.Text("name")} follows no server any more");
                }

                ToldPage changed = await call.OrderAsync(HttpMethod.Put, path, json =>
                {
                    json.WriteString("url", server);
                    json.WriteIf("app", call.Parsed.GetValue(there));
                    json.WriteIf("track", call.Parsed.GetValue(group));
                    json.WriteIf("every", call.Parsed.GetValue(every));
                });
                return call.Show(changed, $"{channel.Text("name")} follows {changed.Root.Text("url")}, which is asked "
                    + $"every {changed.Root.Text("every")}");
            });
    }

    public static CliCommand Sync(ServerCommand make)
    {
        Argument<string> name = ChannelCommands.Name();
        return make.Make(
            new CliCommand("sync", "ask the server elsewhere that a channel follows, now")
            {
                Examples =
                [
                    ("corenode update-server channel sync upstream", "waits till what is new is here"),
                    ("corenode update-server channel sync upstream -o json", "for programs"),
                ],
            },
            [name, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement channel = await call.ChannelAsync(await call.AppPathAsync(), call.Parsed.GetValue(name)!);
                ToldPage report = await call.OrderAsync(
                    HttpMethod.Post, $"channels/{ServerCall.Id(channel)}/sync");
                return call.Show(report, $"{channel.Text("name")}: {report.Root.Text("text")}");
            });
    }
}
