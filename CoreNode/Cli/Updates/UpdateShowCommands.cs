using System.CommandLine;
using System.Globalization;
using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Cli.Updates;

/// <summary>Commands that only look.</summary>
internal static class UpdateShowCommands
{
    public static CliCommand Status(CliSession session)
    {
        Option<bool> follow = new("--follow", "-f") { Description = "show each change until Ctrl-C" };
        var command = new CliCommand("status", "show what runs, what is done next, when and why")
        {
            Details = "FAILED is how the last check or attempt failed; it goes away with the next one that does not.",
            Examples =
            [
                ("corenode update status", "as it is now"),
                ("corenode update status --follow", "with a bar while an update is fetched"),
                ("corenode update status -o json", "for programs"),
            ],
        };
        command.Options.Add(follow);
        command.SetAction(async (parsed, _) =>
        {
            using UpdateCall call = new(session, parsed);
            if (parsed.GetValue(follow))
            {
                using UpdateWait wait = new(call, UpdateGoal.Follow);
                return await wait.RunAsync(null);
            }

            AdminReply<ToldStatus> reply = await call.AskAsync(call.Client.StatusAsync(call.Cancellation));
            if (reply is not AdminReply<ToldStatus>.Done done)
                return call.Fail(reply, "the status of the updates");
            if (call.IsJson)
            {
                await call.Output.WriteLineAsync(done.Value.Json);
                return ExitCode.Done;
            }

            foreach (string line in UpdateText.Lines(done.Value.View, session.Host.Time.GetUtcNow()))
                await call.Output.WriteLineAsync(line);
            return ExitCode.Done;
        });
        return command;
    }

    public static CliCommand History(CliSession session)
    {
        var command = new CliCommand("history", "show how the last updates ended, newest first")
        {
            Examples =
            [
                ("corenode update history", "when, from what to what, and how"),
                ("corenode update history -o json", "for programs, oldest first"),
            ],
        };
        command.SetAction(async (parsed, _) =>
        {
            using UpdateCall call = new(session, parsed);
            AdminReply<ToldHistory> reply = await call.AskAsync(call.Client.HistoryAsync(call.Cancellation));
            if (reply is not AdminReply<ToldHistory>.Done done)
                return call.Fail(reply, "the history of the updates");
            if (call.IsJson)
            {
                await call.Output.WriteLineAsync(done.Value.Json);
                return ExitCode.Done;
            }

            List<string[]> rows = [];
            for (int i = done.Value.View.Entries.Count - 1; i >= 0; i--)
                rows.Add(Row(done.Value.View.Entries[i]));
            if (rows.Count == 0)
                await call.Output.WriteLineAsync("nothing was tried yet");
            else
                TextTable.Write(session, ["AT", "FROM", "TO", "OUTCOME", "TEXT"], rows);
            return ExitCode.Done;
        });
        return command;
    }

    private static string[] Row(UpdateHistoryItem item) =>
    [
        DateTimeOffset.FromUnixTimeSeconds(item.At).ToLocalTime().ToString(
            "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        Or(item.From),
        Or(item.To),
        item.Code == 0 ? item.Outcome : string.Create(CultureInfo.InvariantCulture, $"{item.Code} {item.Outcome}"),
        item.Text,
    ];

    private static string Or(string text) => text.Length == 0 ? "-" : text;
}
