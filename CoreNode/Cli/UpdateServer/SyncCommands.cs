using System.CommandLine;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server sync</c>: channels that follow an update server elsewhere.</summary>
internal static class SyncCommands
{
    public static CliCommand Build(ServerCommand make) => ServerCommand.Group(
        new CliCommand("sync", "follow an update server elsewhere into a channel of one's own")
        {
            Details = "That server is not trusted: what it offers must verify against this server's trusted keys, and "
                + "who gets it when is decided by the groups here.",
            Examples =
            [
                ("corenode update-server sync follow beta https://updates.example.com/v1/update/ --track stable",
                    "what is stable there is beta here"),
                ("corenode update-server sync now beta", "ask it now, and wait until its packages are here"),
            ],
        },
        List(make), Follow(make), Now(make), Stop(make));

    private static CliCommand List(ServerCommand make) => make.Make(
        new CliCommand("list", "list what is followed, and what came of it last")
        {
            Examples =
            [
                ("corenode update-server sync list", "of the only application"),
                ("corenode update-server sync list -o json", "for programs"),
            ],
        },
        [make.Options.App],
        async call =>
        {
            string app = await call.AppPathAsync();
            ToldPage page = await call.GetAsync(app + "/upstreams");
            Dictionary<long, string> names = [];
            foreach (JsonElement one in (await call.GetAsync(app + "/channels")).Root.List("channels"))
                names[one.Number("id")] = one.Text("name");
            List<string[]> rows = [];
            foreach (JsonElement one in page.Root.List("upstreams"))
            {
                rows.Add(
                [
                    names.GetValueOrDefault(one.Number("channel"), "?"), one.Text("url"), one.Cell("track"),
                    one.Cell("board"), one.Text("every"), one.Ago("checked", call.Now), one.Cell("result"),
                ]);
            }

            return call.Show(
                page, ["CHANNEL", "SERVER", "TRACK", "BOARD", "EVERY", "ASKED", "RESULT"], rows,
                "no channel follows a server elsewhere");
        });

    private static CliCommand Follow(ServerCommand make)
    {
        Argument<string> name = ChannelCommands.Name();
        Argument<string> url = new("URL") { Description = "where that server answers Omaha" };
        Option<string?> app = Text("--upstream-app", "ID", "application there; default: the same id");
        Option<string?> track = Text("--track", "GROUP", "group there; default: the channel's name");
        Option<string?> board = Text("--upstream-board", "BOARD", "kind of machine there; default: the channel's");
        Option<string?> every = Text("--every", "TIME", "how often it is asked; default: 1h");
        return make.Make(
            new CliCommand("follow", "make a channel follow an update server elsewhere")
            {
                Examples =
                [
                    ("corenode update-server sync follow stable https://public.update.flatcar-linux.net/v1/update/",
                        "Flatcar's, if its key is trusted here"),
                    ("corenode update-server sync follow beta http://10.0.0.9:8000/v1/update/ --every 6h",
                        "another one of the organisation's"),
                ],
            },
            [name, url, app, track, board, every, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement channel = await call.ChannelAsync(await call.AppPathAsync(), call.Parsed.GetValue(name)!);
                ToldPage made = await call.OrderAsync(
                    HttpMethod.Put, $"channels/{ServerCall.Id(channel)}/upstream", json =>
                    {
                        json.WriteString("url", call.Parsed.GetValue(url));
                        json.WriteIf("app", call.Parsed.GetValue(app));
                        json.WriteIf("track", call.Parsed.GetValue(track));
                        json.WriteIf("board", call.Parsed.GetValue(board));
                        json.WriteIf("every", call.Parsed.GetValue(every));
                    });
                return call.Show(
                    made, $"{channel.Text("name")} follows {made.Root.Text("track")} of {made.Root.Text("url")}");
            });
    }

    private static CliCommand Now(ServerCommand make)
    {
        Argument<string> name = ChannelCommands.Name();
        return make.Make(
            new CliCommand("now", "ask the server that a channel follows, and take what it offers")
            {
                Details = "Waits until it is fetched and verified, and the channel leads to it.",
                Examples =
                [
                    ("corenode update-server sync now beta", "what came of it"),
                    ("corenode update-server sync now beta -o json", "for programs"),
                ],
            },
            [name, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement channel = await call.ChannelAsync(await call.AppPathAsync(), call.Parsed.GetValue(name)!);
                ToldPage page = await call.WaitForAsync(HttpMethod.Post, $"channels/{ServerCall.Id(channel)}/sync");
                return call.Show(page, $"{channel.Text("name")}: {page.Root.Text("text")}");
            });
    }

    private static CliCommand Stop(ServerCommand make)
    {
        Argument<string> name = ChannelCommands.Name();
        return make.Make(
            new CliCommand("stop", "a channel follows nobody any more")
            {
                Examples =
                [
                    ("corenode update-server sync stop beta", "it leads where it leads"),
                    ("corenode update-server sync stop beta --board amd64-usr", "one of several of that name"),
                ],
            },
            [name, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement channel = await call.ChannelAsync(await call.AppPathAsync(), call.Parsed.GetValue(name)!);
                ToldPage done = await call.OrderAsync(
                    HttpMethod.Delete, $"channels/{ServerCall.Id(channel)}/upstream");
                return call.Show(done, $"{channel.Text("name")} follows nobody");
            });
    }

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
