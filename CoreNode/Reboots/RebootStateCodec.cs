using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CoreNode.Windows;

namespace CoreNode.Reboots;

/// <summary>
/// The state as a file (docs/formats.md): a line with magic, version and checksum, then JSON, which an operator can
/// read. Fields that are missing have their first value and unknown ones are skipped.
/// </summary>
public static class RebootStateCodec
{
    /// <summary>The version that is written.</summary>
    public const int Version = 1;

    /// <summary>Most bytes of a file.</summary>
    public const int MaxBytes = 64 << 10;

    private const string Magic = "corenode-reboot-state ";

    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file of a state.</summary>
    public static byte[] Write(RebootState state)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body, s_options))
            Write(json, state);
        body.WriteByte((byte)'\n');
        ReadOnlySpan<byte> bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        string head = string.Create(CultureInfo.InvariantCulture, $"{Magic}{Version} {Checksum(bytes):x8}\n");
        return [.. Encoding.ASCII.GetBytes(head), .. bytes];
    }

    /// <summary>Reads a file.</summary>
    public static RebootStateFile Read(ReadOnlySpan<byte> file)
    {
        int end = file.IndexOf((byte)'\n');
        if (file.Length > MaxBytes || end is < 0 or > 80)
            return new RebootStateFile(null, "it is no state of reboots");
        string head = Encoding.ASCII.GetString(file[..end]);
        string[] words = head.Split(' ');
        bool isHead = words.Length == 3 && head.StartsWith(Magic, StringComparison.Ordinal);
        if (!isHead || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int version))
            return new RebootStateFile(null, "it is no state of reboots");
        if (version != Version)
        {
            return new RebootStateFile(null, string.Create(
                CultureInfo.InvariantCulture, $"it has version {version}, and this program knows version {Version}"));
        }

        ReadOnlySpan<byte> body = file[(end + 1)..];
        if (words[2] != string.Create(CultureInfo.InvariantCulture, $"{Checksum(body):x8}"))
            return new RebootStateFile(null, "its checksum is wrong");
        try
        {
            using JsonDocument document = JsonDocument.Parse(body.ToArray());
            return new RebootStateFile(Read(document.RootElement), "");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return new RebootStateFile(null, "it does not hold what it must: " + e.Message);
        }
    }

    private static void Write(Utf8JsonWriter json, RebootState state)
    {
        json.WriteStartObject();
        json.WriteString("stage", RebootNames.Stages[(int)state.Stage]);
        json.WriteString("step", RebootNames.Steps[(int)state.Step]);
        Time(json, "stageSince", state.StageSince);
        json.WriteString("want", RebootNames.Wants[(int)state.Want.Kind]);
        json.WriteString("why", state.Want.Text);
        Time(json, "since", state.Since);
        json.WriteBoolean("outageAccepted", state.IsOutageAccepted);
        if (state.By.Length > 0)
            json.WriteString("by", state.By);
        json.WriteString("group", state.Group);
        json.WriteBoolean("groupLost", state.IsGroupLost);
        json.WriteBoolean("lockAsked", state.IsLockAsked);
        Time(json, "lockSince", state.LockSince);
        json.WriteBoolean("cordonAsked", state.IsCordonAsked);
        json.WriteString("bootId", state.BootId);
        json.WriteString("strategy", state.Strategy is { } strategy ? RebootStrategies.Word(strategy) : "");
        if (state.Rules.Windows is { } windows)
            json.WriteString("orderedWindows", windows);
        if (state.Rules.Group is { } group)
            json.WriteString("orderedGroup", group);
        if (state.Rules.Fuzz is { } fuzz)
            json.WriteString("orderedFuzz", DurationText.Format(fuzz));
        json.WriteString("dismissed", state.Dismissed);
        json.WriteString("served", state.Served);
        Time(json, "servedAt", state.ServedAt);
        Time(json, "fuzzUntil", state.FuzzUntil);
        Time(json, "warnedAt", state.WarnedAt);
        json.WriteNumber("failures", state.Failures);
        json.WriteBoolean("again", state.IsAgain);
        json.WriteString("note", state.Note);
        Time(json, "endedAt", state.Outcome.At);
        json.WriteBoolean("failed", state.Outcome.IsFailure);
        json.WriteString("ended", state.Outcome.Text);
        json.WriteEndObject();
    }

    private static RebootState Read(JsonElement json)
    {
        string strategy = Text(json, "strategy");
        return new RebootState
        {
            Stage = (RebootStage)Name(json, "stage", RebootNames.Stages),
            Step = (RebootStepKind)Name(json, "step", RebootNames.Steps),
            StageSince = Time(json, "stageSince"),
            Want = new RebootWant((RebootWantKind)Name(json, "want", RebootNames.Wants), Text(json, "why")),
            Since = Time(json, "since"),
            IsOutageAccepted = Flag(json, "outageAccepted"),
            By = json.TryGetProperty("by", out JsonElement by) ? by.GetString() ?? "" : "",
            Group = Text(json, "group"),
            IsGroupLost = Flag(json, "groupLost"),
            IsLockAsked = Flag(json, "lockAsked"),
            LockSince = Time(json, "lockSince"),
            IsCordonAsked = Flag(json, "cordonAsked"),
            BootId = Text(json, "bootId"),
            Strategy = strategy.Length == 0
                ? null
                : RebootStrategies.Find(strategy) ?? throw new FormatException($"strategy is \"{strategy}\""),
            Rules = OrderedRules.None
                .With(RebootRule.Windows, Rule(json, "orderedWindows", RebootRule.Windows))
                .With(RebootRule.Group, Rule(json, "orderedGroup", RebootRule.Group))
                .With(RebootRule.Fuzz, Rule(json, "orderedFuzz", RebootRule.Fuzz)),
            Dismissed = Text(json, "dismissed"),
            Served = Text(json, "served"),
            ServedAt = Time(json, "servedAt"),
            FuzzUntil = Time(json, "fuzzUntil"),
            WarnedAt = Time(json, "warnedAt"),
            Failures = json.TryGetProperty("failures", out JsonElement failures) ? failures.GetInt32() : 0,
            IsAgain = Flag(json, "again"),
            Note = Text(json, "note"),
            Outcome = new RebootOutcome(Time(json, "endedAt"), Flag(json, "failed"), Text(json, "ended")),
        };
    }

    private static OrderedRules Rule(JsonElement json, string name, RebootRule rule)
    {
        string? text = json.TryGetProperty(name, out JsonElement field) ? field.GetString() : null;
        return OrderedRules.Read(rule, text, out string problem) ?? throw new FormatException($"{name}: {problem}");
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(name, known.ToUniversalTime());
    }

    private static DateTimeOffset? Time(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement field) ? field.GetDateTimeOffset() : null;

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement field) ? field.GetString() ?? "" : "";

    private static bool Flag(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement field) && field.GetBoolean();

    private static int Name(JsonElement json, string name, IReadOnlyList<string> names)
    {
        string text = Text(json, name);
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == text)
                return i;
        }

        return text.Length == 0 ? 0 : throw new FormatException($"{name} is \"{text}\", which is not known here");
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint checksum = uint.MaxValue;
        foreach (byte b in bytes)
            checksum = BitOperations.Crc32C(checksum, b);
        return ~checksum;
    }
}
