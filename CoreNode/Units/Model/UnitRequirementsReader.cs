using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Units.Model;

/// <summary>
/// Reads [X-Fleet] of a unit. A value in quotes may hold several, each in quotes of its own, as fleet splits them.
/// Spelling of old (X-Condition...) counts where the new one is absent (MachineID) or beside it (lists).
/// </summary>
internal sealed class UnitRequirementsReader
{
    private readonly UnitName _name;
    private readonly List<UnitProblem>? _problems;
    private readonly Dictionary<string, List<(string Value, int Line)>> _values = new(StringComparer.Ordinal);

    private UnitRequirementsReader(UnitName name, UnitFile file, List<UnitProblem>? problems)
    {
        _name = name;
        _problems = problems;
        for (int i = 0; i < file.Options.Count; i++)
        {
            UnitOption option = file.Options[i];
            if (option.Section != UnitRequirements.Section)
                continue;
            if (!_values.TryGetValue(option.Name, out List<(string Value, int Line)>? values))
                _values[option.Name] = values = [];
            if (option.Value.Length == 0)
                values.Clear();
            else
                Add(values, option, file.LineOf(i));
        }
    }

    /// <summary>Reads them; adds what is wrong to <paramref name="problems"/> where that is given.</summary>
    public static UnitRequirements Read(UnitName name, UnitFile file, List<UnitProblem>? problems)
    {
        if (!file.HasSection(UnitRequirements.Section))
            return UnitRequirements.None;
        return new UnitRequirementsReader(name, file, problems).Read();
    }

    private UnitRequirements Read() => new()
    {
        IsGlobal = Last("Global") is { } global && IsTrueForFleet(global.Value),
        IsSingleton = Flag("Singleton"),
        Replicas = Number("Replicas", 1, UnitRequirements.MaxReplicas, 0),
        MachineId = First("MachineID") ?? First("X-ConditionMachineID") ?? First("X-ConditionMachineBootID") ?? "",
        MachineOf = Names("X-ConditionMachineOf", "MachineOf"),
        MachineMetadata = Metadata(),
        Conflicts = Names("X-Conflicts", "Conflicts"),
        Replaces = Names("Replaces"),
        MemoryReserveBytes = Bytes("MemoryReserve"),
        CpuReserveMillis = Cpu("CPUReserve"),
        Weight = Number("Weight", 0, UnitRequirements.MaxWeight, 1),
        Spread = Last("Spread")?.Value ?? "",
        HealthExec = HealthExec(),
        HealthHttp = HealthHttp(),
        HealthInterval = Duration(
            "HealthInterval", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1), "100ms to 1d",
            UnitRequirements.None.HealthInterval),
        IsRescheduledOnFailure = Flag("RescheduleOnFailure"),
        Announce = Announcements(),
        IsRolling = IsRolling(),
        MaxUnavailable = Number(
            "MaxUnavailable", 1, UnitRequirements.MaxReplicas, UnitRequirements.None.MaxUnavailable),
        DrainDeadline = Duration(
            "DrainDeadline", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "1s to 1d",
            UnitRequirements.None.DrainDeadline),
        AnnounceGrace = Duration(
            "AnnounceGrace", TimeSpan.Zero, TimeSpan.FromHours(1), "0 to 1h", UnitRequirements.None.AnnounceGrace),
    };

    // fleet's parseMultivalueLine: only a value that begins and ends with a quote is split.
    private void Add(List<(string Value, int Line)> values, UnitOption option, int line)
    {
        string text = option.JoinedValue;
        if (IsCommandOrText(option.Name) || text.Length < 2 || text[0] != '"' || text[^1] != '"')
        {
            Keep(values, text, line);
            return;
        }

        int start = 0;
        bool isQuoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '"')
                isQuoted = !isQuoted;
            if (i < text.Length && (text[i] != ' ' || isQuoted))
                continue;
            Keep(values, text[start..i].Replace("\"", "", StringComparison.Ordinal), line);
            start = i + 1;
        }
    }

    // What a specifier leaves empty (%i of a plain unit) asks for nothing.
    private void Keep(List<(string Value, int Line)> values, string text, int line)
    {
        string value = UnitSpecifiers.Expand(text, _name).Trim();
        if (value.Length > 0)
            values.Add((value, line));
    }

    private static bool IsCommandOrText(string name) => name is "HealthExec" or "Announce" or "HealthHTTP";

    private List<(string Value, int Line)> All(string key) =>
        _values.TryGetValue(key, out List<(string Value, int Line)>? values) ? values : [];

    private string? First(string key) => All(key) is { Count: > 0 } values ? values[0].Value : null;

    private (string Value, int Line)? Last(string key) => All(key) is { Count: > 0 } values ? values[^1] : null;

    private static bool IsTrueForFleet(string value) =>
        value.ToLowerInvariant() is "true" or "yes" or "1" or "on" or "t";

    private bool Flag(string key)
    {
        if (Last(key) is not { } last)
            return false;
        if (!UnitWords.TryBoolean(last.Value, out bool value))
            Complain(last.Line, $"{key}={last.Value} is neither yes nor no");
        return value;
    }

    private int Number(string key, int least, int most, int absent)
    {
        if (Last(key) is not { } last)
            return absent;
        if (int.TryParse(last.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= least && number <= most)
            return number;
        Complain(last.Line, $"{key}={last.Value} is no number from {least} to {most}");
        return absent;
    }

    private long Bytes(string key)
    {
        if (Last(key) is not { } last)
            return 0;
        if (!UnitWords.TryBytes(last.Value, out long bytes))
            Complain(last.Line, $"{key}={last.Value} is no amount of memory: write 512M or 2G");
        return bytes;
    }

    private int Cpu(string key)
    {
        if (Last(key) is not { } last)
            return 0;
        if (!UnitWords.TryCpuMillis(last.Value, out int millis))
            Complain(last.Line, $"{key}={last.Value} is no amount of processor time: write 50%, 1.5 or 500m");
        return millis;
    }

    private List<string> Names(params ReadOnlySpan<string> keys)
    {
        List<string> names = [];
        foreach (string key in keys)
        {
            foreach ((string value, int line) in All(key))
            {
                foreach (string name in value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                {
                    names.Add(name);
                    if (!UnitGlob.IsValid(name))
                        Complain(line, $"{key}={name} is no pattern: a [ or \\ is not finished");
                }
            }
        }

        return names;
    }

    private List<MetadataRequirement> Metadata()
    {
        List<MetadataRequirement> found = [];
        foreach (string key in (ReadOnlySpan<string>)["X-ConditionMachineMetadata", "MachineMetadata"])
        {
            foreach ((string value, int line) in All(key))
            {
                string[] pair = value.Split('=');
                if (pair.Length != 2 || pair[0].Length == 0 || pair[1].Length == 0)
                {
                    _problems?.Add(new UnitProblem(
                        line, $"{key}={value} is not of the form key=value and is ignored", IsError: false));
                    continue;
                }

                int known = found.FindIndex(r => r.Key == pair[0]);
                if (known < 0)
                    found.Add(new MetadataRequirement(pair[0], [pair[1]]));
                else
                    found[known] = new MetadataRequirement(pair[0], [.. found[known].Values, pair[1]]);
            }
        }

        return found;
    }

    private string HealthExec()
    {
        if (Last("HealthExec") is not { } last)
            return "";
        if (last.Value[0] != '/')
            Complain(last.Line, $"HealthExec={last.Value} does not begin with an absolute path");
        return last.Value;
    }

    private string HealthHttp()
    {
        if (Last("HealthHTTP") is not { } last)
            return "";
        bool isUrl = Uri.TryCreate(last.Value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
        if (!isUrl)
            Complain(last.Line, $"HealthHTTP={last.Value} is no http:// or https:// URL");
        return isUrl ? last.Value : "";
    }

    private TimeSpan Duration(string key, TimeSpan least, TimeSpan most, string range, TimeSpan absent)
    {
        if (Last(key) is not { } last)
            return absent;
        if (UnitWords.TryDuration(last.Value, out TimeSpan span) && span >= least && span <= most)
            return span;
        Complain(last.Line, $"{key}={last.Value} is no time from {range}");
        return absent;
    }

    private bool IsRolling()
    {
        if (Last("UpdatePolicy") is not { } last)
            return false;
        if (last.Value == "rolling")
            return true;
        string meant =
            NearestWord.Of(last.Value, ["rolling"]) is { } word ? $"; did you mean {word}?" : ": write rolling";
        Complain(last.Line, $"UpdatePolicy={last.Value} is not known{meant}");
        return false;
    }

    private List<UnitAnnouncement> Announcements()
    {
        List<UnitAnnouncement> found = [];
        foreach ((string text, int line) in All("Announce"))
        {
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            string key = space < 0 ? text : text[..space];
            string value = space < 0 ? "" : text[space..].Trim();
            string complaint = ComplaintOf(key);
            if (complaint.Length > 0)
                Complain(line, complaint);
            else
                found.Add(new UnitAnnouncement(key, value));
        }

        return found;
    }

    private static string ComplaintOf(string key)
    {
        if (key[0] != '/' || key.Length < 2 || key[^1] == '/')
            return $"Announce={key} is no key: write an absolute path such as /services/web/%i";
        foreach (string part in key[1..].Split('/'))
        {
            if (part is "" or "." or "..")
                return $"Announce={key} is no key: it has an empty or a dotted part";
        }

        return key == "/_coreos.com" || key.StartsWith("/_coreos.com/", StringComparison.Ordinal)
            ? $"Announce={key} is below /_coreos.com, which belongs to CoreNode: take another key"
            : "";
    }

    private void Complain(int line, string message) => _problems?.Add(new UnitProblem(line, message, IsError: true));
}
