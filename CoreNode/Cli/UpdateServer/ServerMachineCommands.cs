using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server machine</c>.</summary>
internal static class ServerMachineCommands
{
    public static CliCommand Build(ServerCommand make) => ServerCommand.Group(
        new CliCommand("machine", "machines: where each is, why, and what happened with it")
        {
            Examples =
            [
                ("corenode update-server machine list --group servers --state error", "those that failed"),
                ("corenode update-server machine show 4f5b1b6b", "one, and why it has no update"),
                ("corenode update-server machine set 4f5b1b6b --force", "the update at its next question"),
            ],
        },
        List(make), Show(make), History(make), MachineSetCommand.Build(make), Forget(make));

    /// <summary>A machine by its id, the beginning of it, or its alias.</summary>
    public static Argument<string> Name() => new("MACHINE")
    {
        Description = "its id (/etc/machine-id), or a part of id or alias that only one machine has",
    };

    /// <summary>Path of a machine.</summary>
    public static async Task<string> PathAsync(ServerCall call, Argument<string> name)
    {
        string app = await call.AppPathAsync();
        string wanted = call.Parsed.GetValue(name)!;
        JsonElement page = (await call.GetAsync($"{app}/machines?count=10&text={ServerCall.Escape(wanted)}")).Root;
        List<string> found = [];
        foreach (JsonElement one in page.List("machines"))
        {
            if (one.Text("machine") == wanted)
                return $"{app}/machines/{ServerCall.Escape(wanted)}";
            found.Add(one.Text("machine"));
        }

        if (found.Count > 1)
        {
            string more = found.Count < page.Number("total") ? ", …" : "";
            throw new ServerFailure(
                ExitCode.Usage,
                $"'{wanted}' fits {page.Number("total")} machines: {string.Join(", ", found)}{more}");
        }

        return $"{app}/machines/{ServerCall.Escape(found.Count == 1 ? found[0] : wanted)}";
    }

    /// <summary>Where a machine is, and why it is not further.</summary>
    public static string Where(JsonElement machine, DateTimeOffset now)
    {
        string code = machine.Number("errorCode") is var number and > 0
            ? string.Create(CultureInfo.InvariantCulture, $" (error {number})")
            : "";
        string target = machine.Text("target") is { Length: > 0 } to && to != machine.Text("version") ? $" {to}" : "";
        string state = machine.Text("state") is "undefined" ? "" : machine.Text("state") + target + code;
        if (machine.Part("hold") is { } hold)
        {
            string until = hold.Moment("until") is null ? "" : $", likely {hold.When("until", now)}";
            return $"{(state.Length > 0 ? state + "; " : "")}held: {hold.Text("text")}{until}";
        }

        if (machine.Flag("next"))
            return $"{(state.Length > 0 ? state + "; " : "")}gets an update when it asks";
        return state.Length > 0 ? state : "up to date";
    }

    private static CliCommand List(ServerCommand make)
    {
        Option<string?> group = Text("--group", "GROUP", "of a group");
        Option<string?> version = Text("--version", "VERSION", "that run a version");
        Option<string?> state = Text(
            "--state", "STATE",
            "granted, downloading, downloaded, installed, complete, error, rolled-back, timed-out …");
        Option<string?> text = Text("--text", "TEXT", "with this in id, alias or address");
        Option<ulong> most = NumberOption.Count("--limit", "at most so many; default: 100", 1_000_000);
        return make.Make(
            new CliCommand("list", "list machines, where each is and why")
            {
                Examples =
                [
                    ("corenode update-server machine list --group servers", "of a group"),
                    ("corenode update-server machine list --state rolled-back --limit 1000", "those that went back"),
                    ("corenode update-server machine list --text 10.1. -o json", "a line for each, for programs"),
                ],
            },
            [group, version, state, text, most, make.Options.App],
            async call =>
            {
                StringBuilder query = new(await call.AppPathAsync() + "/machines?");
                Add(query, "group", call.Parsed.GetValue(group));
                Add(query, "version", call.Parsed.GetValue(version));
                Add(query, "state", call.Parsed.GetValue(state));
                Add(query, "text", call.Parsed.GetValue(text));
                long wanted = call.Parsed.GetResult(most) is null ? 100 : (long)call.Parsed.GetValue(most);
                return await ListAsync(call, query.ToString(), wanted);
            });
    }

    // Page by page, so that also a hundred thousand are never in memory at once here or there.
    private static async Task<int> ListAsync(ServerCall call, string query, long wanted)
    {
        string after = "";
        long total = 0;
        long shown = 0;
        List<string[]> rows = [];
        do
        {
            JsonElement page = (await call.GetAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{query}count={Math.Min(1000, wanted - shown)}&after={ServerCall.Escape(after)}"))).Root;
            total = page.Number("total");
            foreach (JsonElement one in page.List("machines"))
            {
                shown++;
                if (call.IsJson)
                    call.Output.WriteLine(one.GetRawText());
                else
                    rows.Add(Row(one, call.Now));
            }

            after = page.Text("next");
        }
        while (after.Length > 0 && shown < wanted);
        if (call.IsJson)
            return ExitCode.Done;
        if (rows.Count == 0)
            call.Output.WriteLine("there are none such");
        else
            TextTable.Write(call.Session, ["MACHINE", "ALIAS", "VERSION", "ADDRESS", "SEEN", "WHERE"], rows);
        if (shown < total)
            call.Output.WriteLine($"{shown} of {total}; --limit shows more");
        return ExitCode.Done;
    }

    private static string[] Row(JsonElement one, DateTimeOffset now) =>
    [
        one.Text("machine"), one.Cell("alias"), one.Cell("version"), one.Cell("address"), one.Ago("lastSeen", now),
        Where(one, now),
    ];

    private static CliCommand Show(ServerCommand make)
    {
        Argument<string> name = Name();
        return make.Make(
            new CliCommand("show", "show one machine, and why it has no update")
            {
                Examples =
                [
                    ("corenode update-server machine show 4f5b1b6b", "by a part of its id"),
                    ("corenode update-server machine show web-17 -o json", "by its alias, for programs"),
                ],
            },
            [name, make.Options.App],
            async call =>
            {
                ToldPage page = await call.GetAsync(await PathAsync(call, name));
                return call.Show(page, () =>
                {
                    foreach (string line in Lines(page.Root, call.Now))
                        call.Output.WriteLine(line);
                });
            });
    }

    private static List<string> Lines(JsonElement machine, DateTimeOffset now)
    {
        List<string> lines = [];
        GroupText.Add(lines, "MACHINE", machine.Text("machine"));
        GroupText.Add(lines, "ALIAS", machine.Cell("alias"));
        GroupText.Add(lines, "GROUP", machine.Cell("group"));
        GroupText.Add(lines, "RUNS", machine.Cell("version"));
        GroupText.Add(lines, "BOARD", machine.Cell("board"));
        GroupText.Add(lines, "OEM", $"{machine.Cell("oem")} {machine.Text("oemVersion")}".TrimEnd());
        GroupText.Add(lines, "FIRST HAD", machine.Cell("alephVersion"));
        GroupText.Add(lines, "ADDRESS", machine.Cell("address"));
        GroupText.Add(lines, "WHERE", Where(machine, now));
        GroupText.Add(lines, "SINCE", machine.When("since", now));
        GroupText.Add(lines, "SEEN", $"{machine.When("lastSeen", now)}, first {machine.When("firstSeen", now)}");
        if (machine.Part("override") is { } wanted)
            GroupText.Add(lines, "OVERRIDE", Override(wanted));
        return lines;
    }

    private static string Override(JsonElement wanted)
    {
        List<string> parts = [];
        if (wanted.Flag("exempt"))
            parts.Add("gets nothing");
        if (wanted.Flag("forced"))
            parts.Add("gets it at its next question");
        if (wanted.Flag("despiteStop"))
            parts.Add("also where the group is held");
        if (wanted.Text("pinnedVersion") is { Length: > 0 } pinned)
            parts.Add($"stays with {pinned}");
        if (wanted.Text("group") is { Length: > 0 } group)
            parts.Add($"belongs to {group}");
        if (wanted.Text("note") is { Length: > 0 } note)
            parts.Add(note);
        return string.Join(", ", parts);
    }

    private static CliCommand History(ServerCommand make)
    {
        Argument<string> name = Name();
        return make.Make(
            new CliCommand("history", "show what happened with a machine, newest first")
            {
                Examples =
                [
                    ("corenode update-server machine history 4f5b1b6b", "offers, events, versions"),
                    ("corenode update-server machine history web-17 -o json", "for programs"),
                ],
            },
            [name, make.Options.App],
            async call =>
            {
                ToldPage page = await call.GetAsync(await PathAsync(call, name) + "/history?count=100");
                List<string[]> rows = [];
                foreach (JsonElement one in page.Root.List("events"))
                    rows.Add([one.When("at", call.Now), Happened(one), one.Cell("version"), one.Text("state")]);
                return call.Show(page, ["AT", "WHAT", "RAN", "THEN"], rows, "nothing yet");
            });
    }

    private static string Happened(JsonElement one) => one.Text("kind") switch
    {
        "told" => string.Create(
            CultureInfo.InvariantCulture,
            $"told event {one.Number("type")}:{one.Number("result")}")
            + (one.Number("errorCode") is var code and > 0
                ? string.Create(CultureInfo.InvariantCulture, $", error {code}") : ""),
        "granted" => $"was offered {one.Text("other")}",
        "version" => $"runs it, before {one.Cell("other")}",
        "group" => $"belongs to {one.Cell("other")}",
        "first" => "first sign",
        "override" => "an administrator wants something else of it",
        var other => other,
    };

    private static CliCommand Forget(ServerCommand make)
    {
        Argument<string> name = Name();
        return make.Make(
            new CliCommand("forget", "forget a machine with its history")
            {
                Details = "If it asks again it is new. Machines that are silent for long are forgotten by themselves.",
                Examples =
                [
                    ("corenode update-server machine forget 4f5b1b6b", "one that is no more"),
                    ("corenode update-server machine forget web-17 --app os", "of one of several applications"),
                ],
            },
            [name, make.Options.App],
            async call =>
            {
                ToldPage done = await call.OrderAsync(HttpMethod.Delete, await PathAsync(call, name));
                return call.Show(done, $"{call.Parsed.GetValue(name)} is forgotten");
            });
    }

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private static void Add(StringBuilder query, string name, string? value)
    {
        if (value is not null)
            query.Append(name).Append('=').Append(ServerCall.Escape(value)).Append('&');
    }
}
