using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>coreos.oem, which becomes /etc/oem-release as coreos-cloudinit wrote it.</summary>
internal static class OemSection
{
    // 0644
    private const int Mode = 0x1a4;

    private static readonly string[] s_keys = ["id", "name", "version_id", "home_url", "bug_report_url"];

    /// <summary>The file; null: the section has no id, so there is none.</summary>
    public static DesiredFile? Read(DocumentNode node, bool isOem, Report report)
    {
        if (Section.Open(node, "coreos.oem", report, s_keys) is not { } section)
            return null;
        if (!isOem)
        {
            report.Note(
                section.Place, section.Path, "it is meant for those who make images; yours replaces what they wrote",
                "remove it");
        }

        StringBuilder text = new();
        bool hasId = false;
        foreach ((string key, string name) in (ReadOnlySpan<(string, string)>)
            [
                ("id", "ID"), ("version_id", "VERSION_ID"), ("name", "NAME"), ("home_url", "HOME_URL"),
                ("bug_report_url", "BUG_REPORT_URL"),
            ])
        {
            string value = section.Text(key) ?? "";
            bool isWord = key is "id" or "version_id";
            if (key == "id")
                hasId = value.Length > 0;
            if (Problem(value, isWord) is { Length: > 0 } problem)
                report.Error(
                    section.PlaceOf(key), section.Key(key), problem,
                    isWord ? $"write {key}: my-cloud-1.0" : "leave them out");
            text.Append(name).Append('=').Append(isWord ? value : Quoted(value)).Append('\n');
        }

        if (!hasId)
        {
            report.Warning(section.Place, section.Path, "without id nothing is written", "write id: NAME");
            return null;
        }

        return new DesiredFile("/etc/oem-release", Encoding.UTF8.GetBytes(text.ToString()))
        {
            Mode = Mode,
            From = $"{report.Source}: {section.Path}",
            Place = section.Place,
        };
    }

    // os-release(5): shell-like assignments.
    private static string Problem(string value, bool isWord)
    {
        foreach (char letter in value)
        {
            if (char.IsControl(letter))
                return "a value has no control characters";
            if (isWord && !char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '_' or '-' or '+'))
                return "letters, digits and . _ - + are allowed";
        }

        return "";
    }

    private static string Quoted(string value)
    {
        StringBuilder quoted = new("\"");
        foreach (char letter in value)
        {
            if (letter is '"' or '\\' or '$' or '`')
                quoted.Append('\\');
            quoted.Append(letter);
        }

        return quoted.Append('"').ToString();
    }
}
