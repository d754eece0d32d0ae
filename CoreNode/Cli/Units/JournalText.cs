using System.Globalization;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>Lines of journals as journalctl prints them, with the machine in place of the host's name.</summary>
internal static class JournalText
{
    public static string Line(JournalLine line)
    {
        string machine = MachineText.Short(line.Machine, "");
        if (line.Error.Length > 0)
            return $"{machine}: its journal cannot be read: {line.Error}";
        string pid = line.Pid > 0 ? string.Create(CultureInfo.InvariantCulture, $"[{line.Pid}]") : "";
        string place = machine.Length > 0 ? $" {machine}" : "";
        return $"{Time(line.Time)}{place} {line.Identifier}{pid}: {line.Message}";
    }

    /// <summary>The moment in this machine's time zone, to the second.</summary>
    public static string Time(string time) =>
        DateTimeOffset.TryParse(
            time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment)
            ? moment.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : time;
}
