using System.Globalization;
using System.Text;

namespace CoreNode.Cli.Slots;

/// <summary>Slots for people and for programs.</summary>
internal static class SlotText
{
    private static readonly string[] s_columns =
        ["NUMBER", "LABEL", "PRIORITY", "TRIES", "SUCCESSFUL", "SIZE", "STATE", "HOLDS"];

    /// <summary>The disk and a table of its slots.</summary>
    public static void Show(CliSession session, SlotReport report)
    {
        TextWriter output = session.Host.Output;
        output.WriteLine(
            $"{report.Disk}: {report.Sectors} sectors of {report.SectorSizeBytes} bytes, disk id {report.DiskId}");
        if (report.Slots.Count == 0)
        {
            output.WriteLine("no slots: no partition has the type and label of one (see --type and --label)");
            return;
        }

        TextTable.Write(session, s_columns, [.. report.Slots.Select(Row)]);
    }

    /// <summary>The slot that was chosen, alone on its line, as scripts want it.</summary>
    public static void Next(CliSession session, SlotReport report)
    {
        SlotRecord chosen = report.Chosen!;
        session.Host.Output.WriteLine($"{chosen.Number} {chosen.Label} {chosen.Id}");
    }

    /// <summary>What was mended.</summary>
    public static void Repair(CliSession session, SlotReport report)
    {
        TextWriter output = session.Host.Output;
        foreach (string problem in report.Problems)
            output.WriteLine($"mended: {problem}");
        output.WriteLine(report.Problems.Count == 0
            ? $"{report.Disk}: nothing to mend, both copies of the table are whole and equal"
            : $"{report.Disk}: both copies of the table are whole and equal now, read back {Told(report.ReadBack)}");
    }

    /// <summary>What was changed.</summary>
    public static void Grow(CliSession session, SlotReport report)
    {
        foreach (string change in report.Problems)
            session.Host.Output.WriteLine(change);
        if (report.Problems.Count == 0)
            session.Host.Output.WriteLine($"{report.Disk}: nothing to do, STATE ends where the disk ends");
    }

    /// <summary>As JSON.</summary>
    public static string ToJson(SlotReport report)
    {
        StringBuilder text = new();
        Append(text, "{\"disk\":", report.Disk);
        text.Append(CultureInfo.InvariantCulture,
            $",\"sectorSize\":{report.SectorSizeBytes},\"sectors\":{report.Sectors}");
        Append(text, ",\"diskId\":", report.DiskId);
        Append(text, ",\"bootRecord\":", report.BootRecord);
        text.Append(",\"problems\":[");
        for (int at = 0; at < report.Problems.Count; at++)
            Append(text, at == 0 ? "" : ",", report.Problems[at]);
        text.Append("],\"slots\":[");
        for (int at = 0; at < report.Slots.Count; at++)
            AppendSlot(text.Append(at == 0 ? "" : ","), report.Slots[at]);
        text.Append(']');
        if (report.Chosen is { } chosen)
            text.Append(CultureInfo.InvariantCulture, $",\"chosen\":{chosen.Number}");
        if (report.IsLastResort)
            text.Append(",\"lastResort\":true");
        if (report.ReadBack is not null)
            Append(text, ",\"readBack\":", report.ReadBack);
        return text.Append('}').ToString();
    }

    private static string[] Row(SlotRecord slot)
    {
        string[] states = [.. States(slot)];
        return
        [
            slot.Number.ToString(CultureInfo.InvariantCulture),
            slot.Label,
            slot.Priority.ToString(CultureInfo.InvariantCulture),
            slot.Tries.ToString(CultureInfo.InvariantCulture),
            slot.IsSuccessful ? "yes" : "no",
            Size(slot.LengthBytes),
            states.Length == 0 ? "-" : string.Join(", ", states),
            Holds(slot.Content),
        ];
    }

    private static IEnumerable<string> States(SlotRecord slot)
    {
        if (slot.IsRunning)
            yield return "running";
        if (slot.IsNext)
            yield return "next";
    }

    private static string Holds(SlotContent? content)
    {
        if (content is null)
            return "?";
        string what = content.Version is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{content.Version} (release {content.Counter})");
        return content.State switch
        {
            "absent" => "-",
            "trusted" => what,
            "untrusted" => $"{what}, {content.Reason}",
            _ => $"{content.State} metadata: {content.Reason}",
        };
    }

    private static string Told(string? way) => way switch
    {
        "direct" => "past the cache",
        "flushed" => "after the disk's cache in memory was dropped",
        _ => "after the system was asked to drop its cache (this file system offers no better way)",
    };

    private static string Size(ulong bytes) => bytes switch
    {
        >= 1UL << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1UL << 30):0.#} GiB"),
        >= 1UL << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1UL << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
    };

    private static void AppendSlot(StringBuilder text, SlotRecord slot)
    {
        text.Append(CultureInfo.InvariantCulture, $"{{\"number\":{slot.Number}");
        Append(text, ",\"label\":", slot.Label);
        Append(text, ",\"id\":", slot.Id);
        text.Append(CultureInfo.InvariantCulture,
            $",\"firstSector\":{slot.FirstSector},\"bytes\":{slot.LengthBytes},\"priority\":{slot.Priority}"
            + $",\"tries\":{slot.Tries}");
        Flag(text, "successful", slot.IsSuccessful);
        Flag(text, "running", slot.IsRunning);
        Flag(text, "next", slot.IsNext);
        if (slot.Content is { } content)
            AppendContent(text, content);
        text.Append('}');
    }

    private static void AppendContent(StringBuilder text, SlotContent content)
    {
        Append(text, ",\"holds\":{\"state\":", content.State);
        if (content.Reason is not null)
            Append(text, ",\"reason\":", content.Reason);
        if (content.Version is not null)
        {
            Append(text, ",\"version\":", content.Version);
            text.Append(CultureInfo.InvariantCulture, $",\"counter\":{content.Counter}");
            Append(text, ",\"board\":", content.Board ?? "");
            Append(text, ",\"rootHash\":", content.RootHash ?? "");
            text.Append(",\"kernels\":[");
            for (int at = 0; at < content.Kernels.Count; at++)
            {
                Append(text.Append(at == 0 ? "" : ","), "{\"path\":", content.Kernels[at].Path);
                Append(text, ",\"sha256\":", content.Kernels[at].Sha256);
                text.Append('}');
            }

            text.Append(']');
        }

        text.Append('}');
    }

    private static void Append(StringBuilder text, string head, string value)
    {
        text.Append(head);
        EtcdJson.AppendString(text, value);
    }

    private static void Flag(StringBuilder text, string name, bool value) =>
        text.Append(",\"").Append(name).Append("\":").Append(value ? "true" : "false");
}
