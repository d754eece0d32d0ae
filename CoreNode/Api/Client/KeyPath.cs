using System.Text;

namespace CoreNode.Api.Client;

/// <summary>
/// Keys as paths of requests. The server answers a path that is not clean with a redirect, on which a PUT would be lost
/// (HTTP clients turn it into a GET), so paths are cleaned here.
/// </summary>
public static class KeyPath
{
    /// <summary>Where the keys are on a server.</summary>
    public const string KeysPrefix = "/v2/keys";

    /// <summary>
    /// The key as the store names it: "/" or "/a/b"; "." and ".." are resolved and never leave the root.
    /// </summary>
    public static string Clean(string key)
    {
        var parts = new List<string>();
        foreach (string part in key.Split('/'))
        {
            if (part.Length == 0 || part == ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>The request path of a key, escaped.</summary>
    public static string OfKey(string key)
    {
        string clean = Clean(key);
        return clean == "/" ? KeysPrefix + "/" : KeysPrefix + Escape(clean);
    }

    /// <summary>
    /// Percent-encodes what may not stand in a path. What stays is what Go's net/url leaves, so that the paths shown
    /// with etcdctl's --debug are the same.
    /// </summary>
    public static string Escape(string path)
    {
        var text = new StringBuilder(path.Length + 16);
        foreach (byte value in Encoding.UTF8.GetBytes(path))
        {
            if (IsUnreserved(value) || "$&+,/:;=@".Contains((char)value))
                text.Append((char)value);
            else
                AppendEscaped(text, value);
        }

        return text.ToString();
    }

    /// <summary>Percent-encodes bytes for a query or a form; space becomes "+".</summary>
    public static void AppendForm(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (IsUnreserved(value))
                text.Append((char)value);
            else if (value == ' ')
                text.Append('+');
            else
                AppendEscaped(text, value);
        }
    }

    private static bool IsUnreserved(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~';

    private static void AppendEscaped(StringBuilder text, byte value) =>
        text.Append('%').Append("0123456789ABCDEF"[value >> 4]).Append("0123456789ABCDEF"[value & 15]);
}
