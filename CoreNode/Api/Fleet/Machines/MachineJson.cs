using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Wire;
using CoreNode.Units.Model;

namespace CoreNode.Api.Fleet.Machines;

/// <summary>Reports and lines as JSON, one object a line: what machines tell each other, and clients.</summary>
internal static class MachineJson
{
    /// <summary>A line of a journal; with <paramref name="machine"/> it says where it was written.</summary>
    public static void Write(JsonBuffer json, JournalLine line, string? machine)
    {
        json.Raw("{\"time\":"u8);
        json.Quoted(Moment(line.Time));
        Text(json, ",\"message\":"u8, line.Message);
        Number(json, ",\"priority\":"u8, line.Priority);
        Text(json, ",\"identifier\":"u8, line.Identifier);
        Number(json, ",\"pid\":"u8, line.Pid);
        if (machine is not null)
            Text(json, ",\"machine\":"u8, machine);
        json.Raw("}"u8);
    }

    /// <summary>Reads a line; null if it is none.</summary>
    public static JournalLine? ReadLine(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Utf8JsonReader json = new(bytes);
            return ReadLine(ref json, isNested: false);
        }
        catch (Exception fault) when (JsonFields.IsBad(fault))
        {
            return null;
        }
    }

    /// <summary>A report without its braces and with a comma first: others write what they know before.</summary>
    public static void WriteFields(JsonBuffer json, UnitReport report)
    {
        Text(json, ",\"load\":"u8, report.States.Load);
        Text(json, ",\"active\":"u8, report.States.Active);
        Text(json, ",\"sub\":"u8, report.States.Sub);
        Text(json, ",\"result\":"u8, report.Result);
        Number(json, ",\"mainPid\":"u8, report.MainPid);
        Number(json, ",\"exitStatus\":"u8, report.ExitStatus);
        Text(json, ",\"since\":"u8, report.Since is { } since ? Moment(since) : "");
        Number(json, ",\"restarts\":"u8, report.Restarts);
        Number(json, ",\"memoryBytes\":"u8, report.MemoryBytes);
        json.Raw(",\"cpuSeconds\":"u8);
        json.Raw(System.Text.Encoding.ASCII.GetBytes(
            report.ProcessorTime.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)));
        json.Raw(",\"lines\":["u8);
        for (int i = 0; i < report.Lines.Count; i++)
        {
            if (i > 0)
                json.Raw(","u8);
            Write(json, report.Lines[i], null);
        }

        json.Raw("]"u8);
        Text(json, ",\"error\":"u8, report.Error);
    }

    /// <summary>Reads a report; null if it is none.</summary>
    public static UnitReport? ReadReport(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Utf8JsonReader json = new(bytes);
            UnitReport report = new(UnitStates.NotFound);
            while (JsonFields.Next(ref json, out string name))
                report = Take(report, ref json, name);
            return report;
        }
        catch (Exception fault) when (JsonFields.IsBad(fault))
        {
            return null;
        }
    }

    /// <summary>A moment as clients are told it: RFC 3339, UTC, microseconds.</summary>
    public static string Moment(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static UnitReport Take(UnitReport report, ref Utf8JsonReader json, string name)
    {
        UnitStates states = report.States;
        switch (name)
        {
            case "load": return report with { States = states with { Load = json.GetString() ?? "" } };
            case "active": return report with { States = states with { Active = json.GetString() ?? "" } };
            case "sub": return report with { States = states with { Sub = json.GetString() ?? "" } };
            case "result": return report with { Result = json.GetString() ?? "" };
            case "mainPid": return report with { MainPid = json.GetInt32() };
            case "exitStatus": return report with { ExitStatus = json.GetInt32() };
            case "since": return report with { Since = ReadMoment(json.GetString() ?? "") };
            case "restarts": return report with { Restarts = json.GetInt32() };
            case "memoryBytes": return report with { MemoryBytes = json.GetInt64() };
            case "cpuSeconds": return report with { ProcessorTime = TimeSpan.FromSeconds(json.GetDouble()) };
            case "error": return report with { Error = json.GetString() ?? "" };
            case "lines": return report with { Lines = ReadLines(ref json) };
            default:
                json.Skip();
                return report;
        }
    }

    private static List<JournalLine> ReadLines(ref Utf8JsonReader json)
    {
        List<JournalLine> lines = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            lines.Add(ReadLine(ref json, isNested: true));
        return lines;
    }

    // Nested: it stands on the object's first brace; otherwise before it.
    private static JournalLine ReadLine(ref Utf8JsonReader json, bool isNested)
    {
        if (isNested && json.TokenType != JsonTokenType.StartObject)
            throw new JsonException("a line is no object");
        DateTimeOffset time = default;
        (string message, string identifier) = ("", "");
        (int priority, int pid) = (0, 0);
        while (JsonFields.Next(ref json, out string name))
        {
            switch (name)
            {
                case "time": time = ReadMoment(json.GetString() ?? "") ?? default; break;
                case "message": message = json.GetString() ?? ""; break;
                case "priority": priority = json.GetInt32(); break;
                case "identifier": identifier = json.GetString() ?? ""; break;
                case "pid": pid = json.GetInt32(); break;
                default: json.Skip(); break;
            }
        }

        return new JournalLine(time, message, priority, identifier, pid);
    }

    private static DateTimeOffset? ReadMoment(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static void Text(JsonBuffer json, ReadOnlySpan<byte> head, string text)
    {
        json.Raw(head);
        json.Quoted(text);
    }

    private static void Number(JsonBuffer json, ReadOnlySpan<byte> head, long number)
    {
        json.Raw(head);
        json.Number(number);
    }
}
