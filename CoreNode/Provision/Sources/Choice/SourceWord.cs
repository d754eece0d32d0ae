using System.Diagnostics.CodeAnalysis;
using CoreNode.Foundation;

namespace CoreNode.Provision.Sources.Choice;

/// <summary>
/// A source as it is named behind --from: WORD or WORD=VALUE. Pure.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">Path or URL; empty: the usual place.</param>
public sealed record SourceWord(SourceKind Kind, string Value = "")
{
    /// <summary>All words, with what may stand behind them.</summary>
    public const string Grammar =
        "auto, file=PATH, url=URL, dir=PATH, cmdline, oem, config-drive[=DEVICE|FOLDER], ec2[=URL], "
        + "digitalocean[=URL], openstack[=URL], gce[=URL], packet[=URL], nocloud[=DEVICE|FOLDER|URL], "
        + "azure[=DEVICE|FOLDER]";

    // In the order of SourceKind.
    private static readonly string[] s_words =
    [
        "auto", "file", "url", "dir", "cmdline", "oem", "config-drive", "ec2", "digitalocean", "openstack", "gce",
        "packet", "nocloud", "azure",
    ];

    /// <summary>Reads a word behind --from, or says what is wrong with it.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out SourceWord? word, [NotNullWhen(false)] out string? problem)
    {
        word = null;
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = (equals < 0 ? text : text[..equals]).Trim();
        string value = equals < 0 ? "" : text[(equals + 1)..].Trim();
        int kind = Array.IndexOf(s_words, name);
        if (kind < 0)
        {
            string meant = NearestWord.Of(name, s_words) is { } near ? $"; did you mean {near}?" : "";
            // What looks like a URL may have a token in it.
            string shown = name.Contains("://", StringComparison.Ordinal) ? "a URL" : $"\"{name}\"";
            problem = $"--from: {shown} is no source{meant} (one of {Grammar})";
            return false;
        }

        problem = Problem((SourceKind)kind, name, value, equals >= 0);
        if (problem is null)
            word = new SourceWord((SourceKind)kind, value);
        return word is not null;
    }

    /// <summary>The argument of a command: a URL, or else a file.</summary>
    public static bool TryParseArgument(
        string text, [NotNullWhen(true)] out SourceWord? word, [NotNullWhen(false)] out string? problem) =>
        TryParse((text.Contains("://", StringComparison.Ordinal) ? "url=" : "file=") + text, out word, out problem);

    /// <summary>True for http and https URLs with a host.</summary>
    public static bool IsWebUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && url.Scheme is "http" or "https" && url.Host.Length > 0;

    private static string? Problem(SourceKind kind, string name, string value, bool hasValue)
    {
        switch (kind)
        {
            case SourceKind.Auto or SourceKind.CommandLine or SourceKind.Oem:
                return hasValue ? $"--from {name} stands alone, without \"=\"" : null;
            case SourceKind.File or SourceKind.Folder:
                return value.Length == 0 ? $"--from {name} needs a path: {name}=/path" : null;
            case SourceKind.ConfigDrive or SourceKind.NoCloud or SourceKind.Azure:
                bool isUrl = value.Contains("://", StringComparison.Ordinal);
                bool isGood = isUrl ? kind == SourceKind.NoCloud && IsWebUrl(value) : !hasValue || value.Length > 0;
                string or = kind == SourceKind.NoCloud ? " or an http or https URL" : "";
                return isGood ? null : $"--from {name}= needs a device or folder{or}, or stands without \"=\"";
            case SourceKind.Url:
                return IsWebUrl(value) ? null : "--from url= needs an http or https URL, such as url=https://host/path";
            default:
                return !hasValue || IsWebUrl(value)
                    ? null
                    : $"--from {name}= needs the service's http or https URL, or stands without \"=\"";
        }
    }
}
