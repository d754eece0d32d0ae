using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Provision.CloudConfig;

/// <summary>The content of write_files as bytes.</summary>
internal static class FileContent
{
    /// <summary>All encodings, as people write them.</summary>
    public static readonly IReadOnlyList<string> Encodings =
        ["b64", "base64", "gz", "gzip", "gz+b64", "gz+base64", "gzip+b64", "gzip+base64"];

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>True for an encoding, and for none.</summary>
    public static bool IsKnown(string encoding)
    {
        if (encoding.Length == 0)
            return true;
        foreach (string one in Encodings)
        {
            if (one == encoding)
                return true;
        }

        return false;
    }

    /// <summary>The bytes; null, with reason and suggestion, if they are not so encoded or too many.</summary>
    public static byte[]? Decode(string text, string encoding, int mostBytes, out string problem, out string suggestion)
    {
        problem = "";
        suggestion = "";
        byte[]? bytes;
        if (encoding.Length == 0)
            bytes = s_utf8.GetBytes(text);
        else if (!IsKnown(encoding))
        {
            problem = $"there is no encoding {Report.Shown(encoding)}";
            suggestion = Report.Nearest(encoding, Encodings) is { Length: > 0 } nearest
                ? nearest
                : $"there are {string.Join(", ", Encodings)}";
            return null;
        }
        else
            bytes = encoding is "gz" or "gzip" ? Raw(text) : OfBase64(text);

        if (bytes is null)
        {
            problem = encoding is "gz" or "gzip"
                ? $"this is no {encoding}: such bytes cannot stand in a text"
                : "the content is no base64";
            suggestion = encoding is "gz" or "gzip" ? "write encoding: gzip+base64" : "write what `base64` prints";
            return null;
        }

        if (encoding.StartsWith("gz", StringComparison.Ordinal))
        {
            bytes = Gzip.Expand(bytes, mostBytes, out string fault);
            problem = bytes is null ? $"the content is no gzip that can be used: {fault}" : "";
            suggestion = encoding is "gz" or "gzip" && OfBase64(text) is { } packed && Gzip.IsGzip(packed)
                ? "write encoding: gzip+base64"
                : fault.StartsWith("it holds more", StringComparison.Ordinal)
                ? "fetch large files by a unit"
                : "write what `gzip -c FILE | base64` prints, with encoding: gzip+base64";
        }

        if (bytes?.Length > mostBytes)
        {
            problem = $"the content has {bytes.Length} bytes, {mostBytes} are allowed";
            suggestion = "fetch large files by a unit";
            bytes = null;
        }

        return bytes;
    }

    // Bytes that were written by escapes such as \x1f: each character is one.
    private static byte[]? Raw(string text)
    {
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] > byte.MaxValue)
                return null;
            bytes[i] = (byte)text[i];
        }

        return bytes;
    }

    private static byte[]? OfBase64(string text)
    {
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }
}
