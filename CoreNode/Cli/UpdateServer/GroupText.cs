using System.Globalization;
using System.Text.Json;
using CoreNode.Cli.Updates;

namespace CoreNode.Cli.UpdateServer;

/// <summary>Groups and their rollouts in words. Pure.</summary>
internal static class GroupText
{
    /// <summary>Headline of <see cref="Row"/>.</summary>
    public static string[] Columns { get; } = ["GROUP", "TRACK", "MACHINES", "RELEASE", "RUN-IT", "ROLLOUT"];

    /// <summary>A group as a line of a table.</summary>
    public static string[] Row(JsonElement group, JsonElement standing, DateTimeOffset now)
    {
        string version = Version(standing);
        return
        [
            group.Text("name"),
            group.Cell("track"),
            Number(Counts(standing).Number("machines")),
            version.Length > 0 ? version : "-",
            version.Length > 0 ? Number(UpToDate(standing)) : "-",
            Rollout(group, standing, now),
        ];
    }

    /// <summary>The version that a group is to run; empty for none.</summary>
    public static string Version(JsonElement standing) => standing.Part("release")?.Text("version") ?? "";

    /// <summary>Machines that run the group's version, or a newer one.</summary>
    public static long UpToDate(JsonElement standing) => standing.Number("upToDate");

    /// <summary>Machines of the others that an operator keeps out of it: exempt, or pinned elsewhere.</summary>
    public static long KeptOut(JsonElement standing) => standing.Number("keptOut");

    /// <summary>True if nothing is left to be done: every machine runs it that is not kept out.</summary>
    public static bool IsDone(JsonElement standing) =>
        UpToDate(standing) + KeptOut(standing) >= Counts(standing).Number("machines");

    /// <summary>Machines that run exactly a version.</summary>
    public static long Running(JsonElement standing, string version)
    {
        foreach (JsonElement one in standing.List("byVersion"))
        {
            if (one.Text("version") == version)
                return one.Number("machines");
        }

        return 0;
    }

    /// <summary>Counters of a rollout.</summary>
    public static JsonElement Counts(JsonElement standing) => standing.Part("counts") ?? default;

    /// <summary>What a rollout is at, and what it waits for, one line.</summary>
    public static string Rollout(JsonElement group, JsonElement standing, DateTimeOffset now)
    {
        if (standing.Text("problem") is { Length: > 0 } problem)
            return problem;
        if (standing.Part("release") is null)
            return "nothing is offered: its channel leads nowhere";
        if (group.Part("policy") is { } policy && !policy.Flag("enabled"))
            return "updates are switched off";
        if (standing.Part("stop") is { } stop)
            return $"STOPPED {stop.Ago("at", now)}: {stop.Text("reason")}";
        if (standing.Moment("pausedAt") is not null)
        {
            string note = standing.Text("pauseNote") is { Length: > 0 } said ? $": {said}" : "";
            return $"paused {standing.Ago("pausedAt", now)}{note}";
        }

        return Progress(standing, now);
    }

    /// <summary>A policy as lines of name and value.</summary>
    public static List<string> Policy(JsonElement policy)
    {
        List<string> lines = [];
        Add(lines, "UPDATES", policy.Flag("enabled") ? "on" : "off");
        List<string> waves = [];
        foreach (JsonElement wave in policy.List("waves"))
        {
            waves.Add(string.Create(
                CultureInfo.InvariantCulture, $"{wave.Share("percent"):0.##} % after {wave.Text("after")}"));
        }

        Add(lines, "WAVES", waves.Count == 0 ? "everybody at once" : string.Join(", ", waves));
        Add(lines, "WINDOWS", policy.Texts("windows") is { Length: > 0 } windows
            ? $"{windows} ({policy.Text("timeZone")})"
            : "always");
        Add(lines, "AT A TIME", policy.NumberOr("maxAtATime") is { } most ? Number(most) : "no limit");
        Add(lines, "PER PERIOD", policy.NumberOr("maxPerPeriod") is { } begun
            ? $"{Number(begun)} in {policy.Text("period")}"
            : "no limit");
        Add(lines, "FIRST", policy.Flag("firstAlone") ? "one machine alone" : "nobody alone");
        Add(lines, "STOP", policy.Part("errorStop") is { } stop
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"when more than {stop.Share("share") * 100:0.##} % failed, and at least {stop.Number("atLeast")}")
            : "never by itself");
        Add(lines, "STALLED", $"without progress for {policy.Text("grantTimeout")}");
        string silent = policy.Text("forgetAfter");
        Add(lines, "FORGOTTEN", silent.Length > 0 ? $"silent for {silent}" : "never");
        string poll = policy.Text("pollInterval");
        Add(lines, "ASK EVERY", poll.Length > 0 ? poll : "as they like");
        return lines;
    }

    /// <summary>Machines by a word: "3 complete, 1 error".</summary>
    public static string Tally(JsonElement standing, string list, string word)
    {
        List<string> parts = [];
        foreach (JsonElement one in standing.List(list))
            parts.Add($"{Number(one.Number("machines"))} {one.Text(word)}");
        return parts.Count == 0 ? "none" : string.Join(", ", parts);
    }

    /// <summary>A line of name and value.</summary>
    public static void Add(List<string> lines, string name, string value) => lines.Add($"{name,-12}{value}");

    private static string Progress(JsonElement standing, DateTimeOffset now)
    {
        JsonElement counts = Counts(standing);
        List<string> parts = [];
        Count(parts, counts.Number("atWork"), "at work");
        Count(parts, counts.Number("waiting"), "wait for their reboot");
        Count(parts, counts.Number("failed"), "failed");
        Count(parts, counts.Number("rolledBack"), "rolled back");
        double open = standing.Share("wavePercent");
        if (standing.Moment("nextWave") is { } next)
        {
            parts.Add(string.Create(
                CultureInfo.InvariantCulture, $"{open:0.##} % may, more in {UpdateText.Length(next - now)}"));
        }

        if (standing.Text("firstMachine") is { Length: > 0 } first && !standing.Flag("firstPassed"))
            parts.Add($"{first} goes first, alone");
        string keptOut = KeptOut(standing) is > 0 and var kept ? $"{Number(kept)} exempt or pinned" : "";
        if (IsDone(standing))
            return counts.Number("machines") == 0 ? "nobody yet" : keptOut.Length > 0 ? $"done, {keptOut}" : "done";
        if (parts.Count == 0)
            parts.Add("waits for machines to ask");
        if (keptOut.Length > 0)
            parts.Add(keptOut);
        return string.Join(", ", parts);
    }

    private static void Count(List<string> parts, long count, string what)
    {
        if (count > 0)
            parts.Add($"{Number(count)} {what}");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
