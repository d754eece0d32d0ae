using System.CommandLine;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server group</c>.</summary>
internal static class GroupCommands
{
    public static CliCommand Build(ServerCommand make) => ServerCommand.Group(
        new CliCommand("group", "groups: machines that follow a channel, and how they get its updates")
        {
            Details = "A machine names its group (GROUP= in update.conf): by name, by id or by track.",
            Examples =
            [
                ("corenode update-server group list", "how each rollout stands"),
                ("corenode update-server group set servers --wave 5%:0h,25%:24h,100%:72h --error-stop 5%/3",
                    "carefully from now on"),
                ("corenode update-server group pause servers --note 'market opens'", "hold it"),
            ],
        },
        List(make), Show(make), Add(make), Set(make), Pause(make), Resume(make), GroupWait.Build(make), Remove(make));

    /// <summary>A group by name or id.</summary>
    public static Argument<string> Name() => new("GROUP") { Description = "name or id" };

    /// <summary>Path of a group.</summary>
    public static async Task<string> PathAsync(ServerCall call, Argument<string> name) =>
        $"{await call.AppPathAsync()}/groups/{ServerCall.Escape(call.Parsed.GetValue(name)!)}";

    /// <summary>How a group's rollout stands.</summary>
    public static async Task<ToldPage> StandingAsync(ServerCall call, JsonElement group)
    {
        string app = ServerCall.Escape(group.Text("app"));
        return await call.GetAsync($"standings?app={app}&group={ServerCall.Escape(group.Text("id"))}");
    }

    /// <summary>The only standing of an answer; nothing without one.</summary>
    public static JsonElement OnlyOf(ToldPage page)
    {
        foreach (JsonElement one in page.Root.List("standings"))
            return one;
        return default;
    }

    private static CliCommand List(ServerCommand make) => make.Make(
        new CliCommand("list", "list groups and how their rollouts stand")
        {
            Examples =
            [
                ("corenode update-server group list", "of the only application"),
                ("corenode update-server group list -o json", "with all policies, for programs"),
            ],
        },
        [make.Options.App],
        async call =>
        {
            JsonElement app = await call.AppAsync();
            string id = ServerCall.Escape(app.Text("id"));
            ToldPage page = await call.GetAsync($"apps/{id}/groups");
            Dictionary<string, JsonElement> standings = [];
            foreach (JsonElement one in (await call.GetAsync($"standings?app={id}")).Root.List("standings"))
                standings[one.Text("group")] = one;
            List<string[]> rows = [];
            foreach (JsonElement group in page.Root.List("groups"))
                rows.Add(GroupText.Row(group, standings.GetValueOrDefault(group.Text("id")), call.Now));
            return call.Show(
                page, GroupText.Columns, rows,
                "there are none yet: corenode update-server group add NAME --channel CHANNEL");
        });

    private static CliCommand Show(ServerCommand make)
    {
        Argument<string> name = Name();
        return make.Make(
            new CliCommand("show", "show a group, its policy and its rollout")
            {
                Examples =
                [
                    ("corenode update-server group show servers", "what it is at and why"),
                    ("corenode update-server group show servers -o json", "the rollout, for programs"),
                ],
            },
            [name, make.Options.App],
            async call =>
            {
                JsonElement group = (await call.GetAsync(await PathAsync(call, name))).Root;
                ToldPage page = await StandingAsync(call, group);
                JsonElement standing = OnlyOf(page);
                return call.Show(page, () =>
                {
                    List<string> lines = [];
                    GroupText.Add(lines, "GROUP", $"{group.Text("name")}, {group.Text("id")}");
                    if (group.Text("track").Length > 0)
                        GroupText.Add(lines, "TRACK", group.Text("track"));
                    if (group.Text("description").Length > 0)
                        GroupText.Add(lines, "ABOUT", group.Text("description"));
                    GroupText.Add(lines, "RELEASE", GroupText.Version(standing) is { Length: > 0 } version
                        ? $"{version}, since {standing.Part("release")?.When("startedAt", call.Now)}"
                        : "none");
                    GroupText.Add(lines, "ROLLOUT", GroupText.Rollout(group, standing, call.Now));
                    GroupText.Add(lines, "VERSIONS", GroupText.Tally(standing, "byVersion", "version"));
                    GroupText.Add(lines, "STATES", GroupText.Tally(standing, "byState", "state"));
                    lines.AddRange(GroupText.Policy(group.Part("policy") ?? default));
                    foreach (string line in lines)
                        call.Output.WriteLine(line);
                });
            });
    }

    private static CliCommand Add(ServerCommand make)
    {
        Argument<string> name = new("NAME") { Description = "what machines call it (GROUP=)" };
        GroupFields fields = new();
        Option<string?> id = new("--id") { Description = "an id of your own; default: a random one", HelpName = "ID" };
        return make.Make(
            new CliCommand("add", "make a group")
            {
                Details = "Without options of a policy every machine gets an update as soon as it asks.",
                Examples =
                [
                    ("corenode update-server group add servers --channel stable", "who is told GROUP=servers"),
                    ("corenode update-server group add arm --channel stable --board arm64-usr --track stable",
                        "who says GROUP=stable and is an arm64-usr"),
                ],
            },
            [name, .. fields.All, make.Options.Board, .. fields.Policy.All, id, make.Options.App],
            async call =>
            {
                string app = await call.AppPathAsync();
                long? channel = await fields.ChannelAsync(call, app);
                ToldPage made = await call.OrderAsync(HttpMethod.Post, app + "/groups", json =>
                {
                    json.WriteString("name", call.Parsed.GetValue(name));
                    json.WriteIf("id", call.Parsed.GetValue(id));
                    fields.Write(json, call.Parsed, channel);
                });
                string group = made.Root.Text("name");
                return call.Show(made, $"{group} is made: machines say GROUP={group}");
            });
    }

    private static CliCommand Set(ServerCommand make)
    {
        Argument<string> name = Name();
        GroupFields fields = new();
        Option<string?> other = new("--name") { Description = "another name", HelpName = "NAME" };
        return make.Make(
            new CliCommand("set", "change a group or its policy")
            {
                Details = "What is not said stays as it is. A policy counts from the next question of a machine on; "
                    + "what a machine was granted it keeps.",
                Examples =
                [
                    ("corenode update-server group set servers --wave 5%:0h,25%:24h,100%:72h --error-stop 5%/20",
                        "in waves that stop themselves"),
                    ("corenode update-server group set servers --window 'Mon-Fri 02:00 4h' --timezone Europe/Berlin",
                        "at night only"),
                    ("corenode update-server group set servers --max-at-a-time 50 --max-per-period 200/1h",
                        "so that the network bears it"),
                    ("corenode update-server group set servers --wave none --window none", "everybody now"),
                ],
            },
            [name, other, .. fields.All, make.Options.Board, .. fields.Policy.All, make.Options.App],
            async call =>
            {
                long? channel = await fields.ChannelAsync(call, await call.AppPathAsync());
                ToldPage changed = await call.OrderAsync(HttpMethod.Patch, await PathAsync(call, name), json =>
                {
                    json.WriteIf("name", call.Parsed.GetValue(other));
                    fields.Write(json, call.Parsed, channel);
                });
                return call.Show(changed, () =>
                {
                    call.Output.WriteLine($"{changed.Root.Text("name")} is changed");
                    foreach (string line in GroupText.Policy(changed.Root.Part("policy") ?? default))
                        call.Output.WriteLine(line);
                });
            });
    }

    private static CliCommand Pause(ServerCommand make)
    {
        Argument<string> name = Name();
        Option<string?> note = new("--note") { Description = "why, for people and machines", HelpName = "TEXT" };
        return make.Make(
            new CliCommand("pause", "hold a group's rollout")
            {
                Details = "Machines that were granted the update go on. The clock of the waves stands still.",
                Examples =
                [
                    ("corenode update-server group pause servers", "until `group resume`"),
                    ("corenode update-server group pause servers --note 'ticket 4711'", "and say why"),
                ],
            },
            [name, note, make.Options.App],
            async call =>
            {
                ToldPage page = await call.OrderAsync(
                    HttpMethod.Post, await PathAsync(call, name) + "/pause",
                    json => json.WriteIf("note", call.Parsed.GetValue(note)));
                return call.Show(page, $"{call.Parsed.GetValue(name)} is held until `group resume`");
            });
    }

    private static CliCommand Resume(ServerCommand make)
    {
        Argument<string> name = Name();
        return make.Make(
            new CliCommand("resume", "let a rollout go on that was paused or stopped by errors")
            {
                Details = "What failed before counts no more.",
                Examples =
                [
                    ("corenode update-server group resume servers", "once it is known why machines failed"),
                    ("corenode update-server group resume servers -o json", "how it stands then, for programs"),
                ],
            },
            [name, make.Options.App],
            async call =>
            {
                ToldPage page = await call.OrderAsync(HttpMethod.Post, await PathAsync(call, name) + "/resume");
                return call.Show(page, $"{call.Parsed.GetValue(name)} goes on");
            });
    }

    private static CliCommand Remove(ServerCommand make)
    {
        Argument<string> name = Name();
        return make.Make(
            new CliCommand("remove", "remove a group")
            {
                Details = "Its machines belong to the application's default group when they ask again, or to none.",
                Examples =
                [
                    ("corenode update-server group remove canary", "its channel stays"),
                    ("corenode update-server group remove canary --app os", "of one of several applications"),
                ],
            },
            [name, make.Options.App],
            async call =>
            {
                ToldPage done = await call.OrderAsync(HttpMethod.Delete, await PathAsync(call, name));
                return call.Show(done, $"{call.Parsed.GetValue(name)} is removed");
            });
    }
}
