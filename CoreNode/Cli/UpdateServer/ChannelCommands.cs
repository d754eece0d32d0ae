using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server channel</c>.</summary>
internal static class ChannelCommands
{
    public static CliCommand Build(ServerCommand make) => ServerCommand.Group(
        new CliCommand("channel", "channels: which package is the newest for those who follow")
        {
            Examples =
            [
                ("corenode update-server channel list", "where each leads"),
                ("corenode update-server channel set beta 1.4.1", "begin the rollout to who follows beta"),
                ("corenode update-server channel promote beta stable", "take over what proved good"),
            ],
        },
        List(make), Add(make), Set(make), Promote(make), PromotionCommand.Build(make), FollowCommands.Follow(make),
        FollowCommands.Sync(make), Rename(make), Remove(make));

    /// <summary>A channel by its name.</summary>
    public static Argument<string> Name(string name = "CHANNEL") => new(name) { Description = "its name" };

    private static CliCommand List(ServerCommand make) => make.Make(
        new CliCommand("list", "list channels and where they lead")
        {
            Examples =
            [
                ("corenode update-server channel list", "of the only application"),
                ("corenode update-server channel list --app os -o json", "for programs"),
            ],
        },
        [make.Options.App],
        async call =>
        {
            string app = await call.AppPathAsync();
            ToldPage page = await call.GetAsync(app + "/channels");
            Dictionary<long, JsonElement> packages = [];
            foreach (JsonElement one in (await call.GetAsync(app + "/packages")).Root.List("packages"))
                packages[one.Number("id")] = one;
            Dictionary<long, string> names = [];
            foreach (JsonElement one in page.Root.List("channels"))
                names[one.Number("id")] = one.Text("name");
            List<string[]> rows = [];
            foreach (JsonElement one in page.Root.List("channels"))
            {
                bool leads = one.NumberOr("package") is { } id && packages.ContainsKey(id);
                rows.Add(
                [
                    one.Text("name"), one.Cell("board"),
                    leads ? packages[one.Number("package")].Text("version") : "-",
                    one.Ago("since", call.Now), FloorCommands.Versions(one, packages),
                    one.Part("promotion") is { } next
                        ? names.GetValueOrDefault(next.Number("to"), "-") + (next.Flag("automatic") ? " (itself)" : "")
                        : "-",
                ]);
            }

            return call.Show(
                page, ["CHANNEL", "BOARD", "VERSION", "SINCE", "FLOORS", "NEXT"], rows,
                "there are none yet: corenode update-server channel add stable");
        });

    private static CliCommand Add(ServerCommand make)
    {
        Argument<string> name = Name();
        return make.Make(
            new CliCommand("add", "make a channel")
            {
                Examples =
                [
                    ("corenode update-server channel add stable", "for machines of any kind"),
                    ("corenode update-server channel add stable --board arm64-usr", "for one kind"),
                ],
            },
            [name, make.Options.App, make.Options.Board],
            async call =>
            {
                ToldPage made = await call.OrderAsync(HttpMethod.Post, await call.AppPathAsync() + "/channels", json =>
                {
                    json.WriteString("name", call.Parsed.GetValue(name));
                    json.WriteIf("board", call.Parsed.GetValue(make.Options.Board));
                });
                return call.Show(made, $"{made.Root.Text("name")} is made and leads nowhere yet");
            });
    }

    private static CliCommand Set(ServerCommand make)
    {
        Argument<string> name = Name();
        Argument<string> version = new("VERSION") { Description = "version or :NUMBER of a package, or \"none\"" };
        return make.Make(
            new CliCommand("set", "make a channel lead to a package")
            {
                Details = "The rollouts of all groups that follow it begin anew with that, each by its own policy. "
                    + "Machines that run something newer are not set back.",
                Examples =
                [
                    ("corenode update-server channel set stable 1.4.1", "roll it out"),
                    ("corenode update-server channel set stable none", "offer nothing for now"),
                ],
            },
            [name, version, make.Options.App, make.Options.Board],
            async call =>
            {
                string app = await call.AppPathAsync();
                JsonElement channel = await call.ChannelAsync(app, call.Parsed.GetValue(name)!);
                string wanted = call.Parsed.GetValue(version)!;
                string board = channel.Text("board");
                JsonElement? package = wanted == "none"
                    ? null
                    : await call.PackageAsync(app, wanted, board.Length > 0 ? board : null);
                ToldPage changed = await call.OrderAsync(
                    HttpMethod.Patch, "channels/" + ServerCall.Id(channel), json =>
                    {
                        if (package is { } to)
                            json.WriteNumber("package", to.Number("id"));
                        else
                            json.WriteNull("package");
                    });
                return call.Show(changed, package is { } led
                    ? $"{channel.Text("name")} leads to {led.Text("version")}"
                    : $"{channel.Text("name")} leads nowhere");
            });
    }

    private static CliCommand Promote(ServerCommand make)
    {
        Argument<string> from = new("FROM") { Description = "the channel to take it from" };
        Argument<string?> to = new("TO")
        {
            Description = "the channel that gets it; default: the one that FROM's rule names",
            DefaultValueFactory = static _ => null,
        };
        Option<bool> force = new("--force") { Description = "also if FROM's rule stands against it" };
        return make.Make(
            new CliCommand("promote", "make a channel lead where another one leads")
            {
                Details = "Floors go with it. If FROM has a rule (see `channel rule`), that is kept.",
                Examples =
                [
                    ("corenode update-server channel promote beta stable", "what beta leads to is for stable, too"),
                    ("corenode update-server channel promote beta", "to where its rule leads"),
                    ("corenode update-server channel promote beta stable --force", "whatever its rule says"),
                ],
            },
            [from, to, force, make.Options.App, make.Options.Board],
            async call =>
            {
                string app = await call.AppPathAsync();
                JsonElement source = await call.ChannelAsync(app, call.Parsed.GetValue(from)!);
                long target = call.Parsed.GetValue(to) is { Length: > 0 } name
                    ? (await call.ChannelAsync(app, name)).Number("id")
                    : 0;
                ToldPage changed = await call.OrderAsync(
                    HttpMethod.Post, $"channels/{ServerCall.Id(source)}/promote", json =>
                    {
                        json.WriteNumber("to", target);
                        json.WriteBoolean("force", call.Parsed.GetValue(force));
                    });
                return call.Show(changed, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{changed.Root.Text("name")} leads where {source.Text("name")} leads"));
            });
    }

    private static CliCommand Rename(ServerCommand make)
    {
        Argument<string> name = Name();
        Argument<string> other = new("NAME") { Description = "the new name" };
        return make.Make(
            new CliCommand("rename", "give a channel another name")
            {
                Examples =
                [
                    ("corenode update-server channel rename stable production", "its groups follow it as before"),
                    ("corenode update-server channel rename stable lts --board amd64-usr", "one of several"),
                ],
            },
            [name, other, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement channel = await call.ChannelAsync(await call.AppPathAsync(), call.Parsed.GetValue(name)!);
                ToldPage changed = await call.OrderAsync(
                    HttpMethod.Patch, "channels/" + ServerCall.Id(channel),
                    json => json.WriteString("name", call.Parsed.GetValue(other)));
                return call.Show(changed, $"{channel.Text("name")} is {changed.Root.Text("name")} now");
            });
    }

    private static CliCommand Remove(ServerCommand make)
    {
        Argument<string> name = Name();
        return make.Make(
            new CliCommand("remove", "remove a channel that no group follows")
            {
                Examples =
                [
                    ("corenode update-server channel remove alpha", "its packages stay"),
                    ("corenode update-server channel remove stable --board arm64-usr", "one of several"),
                ],
            },
            [name, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement channel = await call.ChannelAsync(await call.AppPathAsync(), call.Parsed.GetValue(name)!);
                ToldPage done = await call.OrderAsync(HttpMethod.Delete, "channels/" + ServerCall.Id(channel));
                return call.Show(done, $"{channel.Text("name")} is removed");
            });
    }
}
