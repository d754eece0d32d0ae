using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Provision;

/// <summary>
/// What bytes are: by the type that MIME tells, and where that says nothing by their first line, as cloud-init and
/// coreos-cloudinit do.
/// </summary>
internal sealed class KindGuess
{
    private const string Kinds =
        "\"#cloud-config\" as the first line, a script that begins with \"#!\", Ignition JSON, or a MIME multipart of "
        + "these";

    private const int LongestFirstLine = 256;

    private static readonly string[] s_keys =
    [
        "coreos:", "write_files:", "ssh_authorized_keys:", "users:", "hostname:", "manage_etc_hosts:", "write-files:",
        "ssh-authorized-keys:", "corenode:",
    ];

    /// <summary>Its kind; null: see the others.</summary>
    public UserDataKind? Kind { get; private init; }

    /// <summary>It is a message with parts.</summary>
    public bool IsMultipart { get; private init; }

    /// <summary>Why it is refused.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>What is taken instead.</summary>
    public string Suggestion { get; private init; } = "";

    /// <summary>What that is.</summary>
    /// <param name="type">MIME type in lower case; empty: none is told.</param>
    /// <param name="content">The bytes, not empty.</param>
    public static KindGuess Of(string type, ReadOnlySpan<byte> content) => type switch
    {
        "text/cloud-config" => new KindGuess { Kind = UserDataKind.CloudConfig },
        "text/x-shellscript" or "text/x-sh" or "application/x-sh" or "application/x-shellscript" =>
            new KindGuess { Kind = UserDataKind.Script },
        "application/x-ignition" or "application/vnd.coreos.ignition+json" or "application/json" =>
            new KindGuess { Kind = UserDataKind.Ignition },
        "" or "text/plain" or "text/x-not-multipart" or "application/octet-stream" or "application/gzip"
            or "application/x-gzip" or "application/x-gzip-compressed" or "text/yaml" or "text/x-yaml"
            or "application/yaml" or "application/x-yaml" => OfContent(content),
        _ => new KindGuess
        {
            Reason = $"parts of the type {Shown(type)} are not taken",
            Suggestion = "accepted are text/cloud-config, text/x-shellscript, application/x-ignition, text/plain with "
                + Kinds,
        },
    };

    private static KindGuess OfContent(ReadOnlySpan<byte> content)
    {
        int end = content.IndexOf((byte)'\n');
        ReadOnlySpan<byte> start = end < 0 ? content : content[..end];
        string first = Encoding.Latin1.GetString(start[..Math.Min(start.Length, LongestFirstLine)]).TrimEnd();
        if (first == "#cloud-config")
            return new KindGuess { Kind = UserDataKind.CloudConfig };
        if (first.StartsWith("#!", StringComparison.Ordinal))
            return new KindGuess { Kind = UserDataKind.Script };
        if (content.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return new KindGuess { Kind = UserDataKind.Ignition };
        if (MimeEntity.IsHeader(first))
            return new KindGuess { IsMultipart = true };
        return new KindGuess { Reason = ReasonOf(first, content), Suggestion = $"accepted are {Kinds}" };
    }

    // Never the line itself: it may be a secret that was put into the wrong place.
    private static string ReasonOf(string first, ReadOnlySpan<byte> content)
    {
        string word = first.Split(' ')[0];
        if (word is "#include" or "#include-once" or "#cloud-boothook" or "#cloud-config-archive" or "#part-handler"
            or "#upstart-job" or "#cloud-config-jsonp")
        {
            return $"{word} is cloud-init's and not taken here: write what it is for as a part of its own";
        }

        if (first.StartsWith("## template:", StringComparison.Ordinal))
            return "templates are not filled in here: only $private_ipv4 and the like are";
        string squeezed = first.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        if (squeezed.StartsWith('#') && NearestWord.Of(squeezed, ["#cloud-config"]) is not null)
            return "the first line is nearly \"#cloud-config\", but not quite: small letters, nothing before or behind";
        string text = Encoding.Latin1.GetString(content[..Math.Min(content.Length, 64 << 10)]);
        if (HasLine(text, "variant:"))
            return "this looks like Butane: translate it to Ignition JSON first (butane FILE)";
        foreach (string key in s_keys)
        {
            if (HasLine(text, key))
                return "this looks like a cloud-config without its first line, \"#cloud-config\"";
        }

        return "this is no kind of user data that is known";
    }

    private static bool HasLine(string text, string beginning) =>
        text.StartsWith(beginning, StringComparison.Ordinal)
        || text.Contains($"\n{beginning}", StringComparison.Ordinal);

    private static string Shown(string type)
    {
        StringBuilder shown = new();
        foreach (char one in type)
        {
            if (shown.Length < 60 && (char.IsAsciiLetterOrDigit(one) || one is '/' or '-' or '.' or '+' or '_'))
                shown.Append(one);
        }

        return shown.ToString();
    }
}
