using System.Text;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Clouds;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>
/// ovf-env.xml of Azure's provisioning disc, and of waagent's folder: CustomData in base64, the machine's name and the
/// keys of its user. The password in it is not read.
/// </summary>
internal static class AzureFiles
{
    private const string File = "ovf-env.xml";
    private const string Data = "![CDATA[";

    /// <summary>True if it is there.</summary>
    public static bool AreThere(DriveTree tree) => tree.TryRead(File) is not null;

    /// <summary>Reads it; null if nothing is in it for this machine.</summary>
    /// <exception cref="SourceException">It is not there, or none.</exception>
    public static UserData? Read(DriveTree tree, string name)
    {
        byte[] bytes = tree.TryRead(File) ?? throw new SourceException($"{name} has no {File}", isFinal: true);
        string text = Encoding.UTF8.GetString(bytes);
        if (!text.Contains("ProvisioningConfigurationSet", StringComparison.Ordinal))
            throw new SourceException($"{File} of {name} has no ProvisioningConfigurationSet", isFinal: true);
        byte[] content = [];
        string hostname = "";
        List<string> keys = [];
        foreach ((string element, string value) in Leaves(text))
        {
            if (element == "HostName")
                hostname = Metadata.Hostname(value);
            else if (element == "Value")
                Metadata.AddKeys(keys, value);
            else if (element == "CustomData")
                content = Decoded(value, name);
        }

        UserData told = new(name, content) { Hostname = hostname, SshKeys = keys };
        return content.Length > 0 || Metadata.TellsOfMachine(told) ? told : null;
    }

    private static byte[] Decoded(string text, string name)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length)
            ? bytes[..length]
            : throw new SourceException($"CustomData in {File} of {name} is no base64", isFinal: true);
    }

    // Elements with nothing but text in them, by their names without prefixes. Whoever wrote the disc wrote XML; of
    // what is none some is left out.
    private static List<(string Name, string Text)> Leaves(string xml)
    {
        List<(string, string)> leaves = [];
        StringBuilder text = new();
        string open = "";
        int at = 0;
        while (xml.IndexOf('<', at) is var tag and >= 0)
        {
            text.Append(Plain(xml[at..tag]));
            ReadOnlySpan<char> rest = xml.AsSpan(tag + 1);
            string close = rest.StartsWith(Data, StringComparison.Ordinal) ? "]]>"
                : rest.StartsWith("!--", StringComparison.Ordinal) ? "-->" : ">";
            int end = rest.IndexOf(close, StringComparison.Ordinal);
            if (end < 0)
                break;
            ReadOnlySpan<char> inside = rest[..end];
            at = tag + 1 + end + close.Length;
            if (close == "]]>")
                text.Append(inside[Data.Length..]);
            if (close != ">" || inside.StartsWith('?') || inside.StartsWith('!'))
                continue;
            if (inside.StartsWith('/') && open.Length > 0)
                leaves.Add((open, text.ToString().Trim()));
            bool isOpening = !inside.StartsWith('/') && !inside.EndsWith('/');
            open = isOpening ? NameOf(inside) : "";
            text.Clear();
        }

        return leaves;
    }

    private static string Plain(string text) => text.Contains('&', StringComparison.Ordinal)
        ? text.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&apos;", "'", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal)
        : text;

    private static string NameOf(ReadOnlySpan<char> tag)
    {
        int end = tag.IndexOfAny(" \t\r\n");
        ReadOnlySpan<char> name = end < 0 ? tag : tag[..end];
        return name[(name.IndexOf(':') + 1)..].ToString();
    }
}
