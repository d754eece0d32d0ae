using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CoreNode.Boot.Model;

/// <summary>What one boot did and why, for /var/lib/corenode/boot/last.</summary>
public sealed partial record BootAccount
{
    /// <summary>The first line of the file.</summary>
    public const string Header = "corenode boot 1";

    /// <summary>Where the history is, from the root.</summary>
    public const string HistoryFile = "var/lib/corenode/boot/history";

    /// <summary>Lines that the history keeps.</summary>
    public const int MostHistory = 64;

    private const string Started = "started";

    /// <summary>The moment, as the machine's clock had it then.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The slot that was taken; null if none was.</summary>
    public string? Slot { get; init; }

    /// <summary>The id of its partition.</summary>
    public Guid? SlotId { get; init; }

    /// <summary>The version of what is in it.</summary>
    public string? Version { get; init; }

    /// <summary>How it was started.</summary>
    public string? Way { get; init; }

    /// <summary>Why that one.</summary>
    public string? Reason { get; init; }

    /// <summary>The kernel that ran the boot stage.</summary>
    public required string Kernel { get; init; }

    /// <summary>What was repaired or is to be known.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How the start before this one ended, where the machine kept a trace of it; else null.</summary>
    public SlotFailure? Ended { get; init; }

    /// <summary>Slots that were not taken, and why.</summary>
    public IReadOnlyList<SlotFailure> Failures { get; init; } = [];

    /// <summary>Names of steps with when they were done: milliseconds since the machine was started.</summary>
    public IReadOnlyList<BootStep> Steps { get; init; } = [];

    /// <summary>
    /// Why a slot did not start the last time, from the history; empty if it did, or another version was in it then.
    /// </summary>
    public static string FaultOf(string history, int slot, string version)
    {
        string fault = "";
        foreach (string line in history.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string about = $" ({slot})";
            int at = line.IndexOf(about, StringComparison.Ordinal);
            int end = at < 0 ? -1 : line.IndexOf(": ", at + about.Length, StringComparison.Ordinal);
            if (end < 0)
                continue;
            string named = line[(at + about.Length)..end];
            string what = line[(end + 2)..];
            bool isOther = named.Length > 0 && version.Length > 0 && named != $" version {version}";
            fault = isOther || what.StartsWith(Started, StringComparison.Ordinal) ? "" : what;
        }

        return fault;
    }

    /// <summary>
    /// That the slot which was started last ended for this reason; null if the history does not end with a start.
    /// </summary>
    public static SlotFailure? EndOf(string history, string reason)
    {
        string last = history.TrimEnd('\n');
        last = last[(last.LastIndexOf('\n') + 1)..];
        Match start = StartLine().Match(last);
        return !start.Success ? null : new SlotFailure(
            int.Parse(start.Groups["number"].Value, CultureInfo.InvariantCulture), start.Groups["label"].Value,
            start.Groups["version"] is { Success: true, Value: var version } ? version : null, reason);
    }

    /// <summary>As lines of a word and what it is about.</summary>
    public string Format()
    {
        StringBuilder text = new();
        text.Append(Header).Append('\n');
        Add(text, "time", Stamp(Time));
        Add(text, "slot", Slot);
        Add(text, "slot-id", SlotId?.ToString());
        Add(text, "version", Version);
        Add(text, "way", Way);
        Add(text, "reason", Reason);
        Add(text, "kernel", Kernel);
        foreach (string note in Notes)
            Add(text, "note", note);
        Add(text, "ended", Ended?.ToString());
        foreach (SlotFailure failure in Failures)
            Add(text, "failed", failure.ToString());
        foreach (BootStep step in Steps)
            Add(text, "step", string.Create(CultureInfo.InvariantCulture, $"{step.AtMs:F1} {step.Name}"));
        return text.ToString();
    }

    /// <summary>The history with what became of slots in this boot at its end, old lines dropped.</summary>
    public string AddTo(string history)
    {
        List<string> lines = [.. history.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        if (Ended is not null)
            lines.Add($"{Stamp(Time)} {OneLine(Ended.ToString())}");
        foreach (SlotFailure failure in Failures)
            lines.Add($"{Stamp(Time)} {OneLine(failure.ToString())}");
        if (Slot is { } slot)
            lines.Add($"{Stamp(Time)} {slot}{(Version is null ? "" : $" version {Version}")}: {Started} ({Way})");
        int first = Math.Max(0, lines.Count - MostHistory);
        return string.Concat(lines.ConvertAll(static line => line + "\n")[first..]);
    }

    private static string Stamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Add(StringBuilder text, string name, string? value)
    {
        if (value is not null)
            text.Append(name).Append(' ').Append(OneLine(value)).Append('\n');
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    // 2026-11-22T12:00:01Z USR-A (3) version 1.0: started (switch-root)
    [GeneratedRegex(@"^\S+ (?<label>\S+) \((?<number>[0-9]{1,3})\)( version (?<version>.+))?: started \(")]
    private static partial Regex StartLine();
}
