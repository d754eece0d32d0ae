using System.CommandLine;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server floor</c>.</summary>
internal static class FloorCommands
{
    public static CliCommand Build(ServerCommand make) => ServerCommand.Group(
        new CliCommand("floor", "floors: versions that must not be left out on the way to a newer one")
        {
            Examples =
            [
                ("corenode update-server floor set stable 1.3.0 --reason 'new partition table'", "go through 1.3.0"),
                ("corenode update-server floor list stable", "what it goes through"),
            ],
        },
        List(make), Set(make), Remove(make));

    /// <summary>The floors of a channel as a cell of a table.</summary>
    public static string Versions(JsonElement channel, Dictionary<long, JsonElement> packages)
    {
        List<string> versions = [];
        foreach (JsonElement floor in channel.List("floors"))
        {
            if (packages.TryGetValue(floor.Number("package"), out JsonElement package))
                versions.Add(package.Text("version"));
        }

        return versions.Count == 0 ? "-" : string.Join(", ", versions);
    }

    private static CliCommand List(ServerCommand make)
    {
        Argument<string> name = ChannelCommands.Name();
        return make.Make(
            new CliCommand("list", "list the floors of a channel, oldest first")
            {
                Examples =
                [
                    ("corenode update-server floor list stable", "versions and reasons"),
                    ("corenode update-server floor list stable -o json", "the channel, for programs"),
                ],
            },
            [name, make.Options.App, make.Options.Board],
            async call =>
            {
                string app = await call.AppPathAsync();
                JsonElement channel = await call.ChannelAsync(app, call.Parsed.GetValue(name)!);
                Dictionary<long, string> versions = [];
                foreach (JsonElement one in (await call.GetAsync(app + "/packages")).Root.List("packages"))
                    versions[one.Number("id")] = one.Text("version");
                List<string[]> rows = [];
                foreach (JsonElement floor in channel.List("floors"))
                    rows.Add([versions.GetValueOrDefault(floor.Number("package"), "?"), floor.Cell("reason")]);
                return call.Show(
                    new ToldPage(channel, channel.GetRawText()), ["VERSION", "REASON"], rows, "it has none");
            });
    }

    private static CliCommand Set(ServerCommand make)
    {
        Argument<string> name = ChannelCommands.Name();
        Argument<string> version = new("VERSION") { Description = "version or :NUMBER of a package" };
        Option<string?> reason = new("--reason")
        {
            Description = "why; machines that know floors are told",
            HelpName = "TEXT",
        };
        return make.Make(
            new CliCommand("set", "make a version a floor of a channel")
            {
                Details = "A machine below it gets this version first, and what the channel leads to afterwards.",
                Examples =
                [
                    ("corenode update-server floor set stable 1.3.0 --reason 'new partition table'",
                        "nobody comes from 1.2 to 1.4 without 1.3.0"),
                    ("corenode update-server floor set stable 1.3.0 --board amd64-usr", "of one kind of machine"),
                ],
            },
            [name, version, reason, make.Options.App, make.Options.Board],
            async call =>
            {
                (JsonElement channel, JsonElement package) = await FindAsync(call, name, version);
                ToldPage changed = await call.OrderAsync(
                    HttpMethod.Put, $"channels/{ServerCall.Id(channel)}/floors/{ServerCall.Id(package)}",
                    json => json.WriteString("reason", call.Parsed.GetValue(reason) ?? ""));
                return call.Show(changed, $"{package.Text("version")} is a floor of {channel.Text("name")}");
            });
    }

    private static CliCommand Remove(ServerCommand make)
    {
        Argument<string> name = ChannelCommands.Name();
        Argument<string> version = new("VERSION") { Description = "version or :NUMBER of a package" };
        return make.Make(
            new CliCommand("remove", "a version is no floor any more")
            {
                Examples =
                [
                    ("corenode update-server floor remove stable 1.3.0", "the package stays"),
                    ("corenode update-server floor remove stable :17", "by the package's number"),
                ],
            },
            [name, version, make.Options.App, make.Options.Board],
            async call =>
            {
                (JsonElement channel, JsonElement package) = await FindAsync(call, name, version);
                ToldPage changed = await call.OrderAsync(
                    HttpMethod.Delete, $"channels/{ServerCall.Id(channel)}/floors/{ServerCall.Id(package)}");
                return call.Show(changed, $"{package.Text("version")} is no floor of {channel.Text("name")} any more");
            });
    }

    private static async Task<(JsonElement Channel, JsonElement Package)> FindAsync(
        ServerCall call, Argument<string> name, Argument<string> version)
    {
        string app = await call.AppPathAsync();
        JsonElement channel = await call.ChannelAsync(app, call.Parsed.GetValue(name)!);
        string board = channel.Text("board");
        return (channel, await call.PackageAsync(
            app, call.Parsed.GetValue(version)!, board.Length > 0 ? board : null));
    }
}
