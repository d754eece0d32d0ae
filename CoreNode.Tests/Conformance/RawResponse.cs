using System.Globalization;
using System.Text;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// An HTTP/1.1 answer as far as it has arrived: nothing is corrected, so that a test sees what a client sees.
/// </summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">Name and value in the order sent, names as spelled.</param>
/// <param name="Body">The bytes of the body so far, without chunk framing.</param>
/// <param name="Complete">Whether the body has ended by its length or its last chunk.</param>
internal sealed record RawResponse(
    int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, bool Complete)
{
    /// <summary>The value of a header, whatever its case; the last one wins.</summary>
    public string? Header(string name) =>
        Headers.LastOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Null while the head is not complete.</summary>
    public static RawResponse? Parse(ReadOnlySpan<byte> received)
    {
        int end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return null;
        string[] head = Encoding.Latin1.GetString(received[..end]).Split("\r\n");
        int status = int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture);
        List<KeyValuePair<string, string>> headers = [];
        foreach (string line in head.Skip(1))
        {
            string[] parts = line.Split(": ", 2);
            if (parts.Length == 2)
                headers.Add(new(parts[0], parts[1]));
        }
        RawResponse bare = new(status, headers, [], false);
        ReadOnlySpan<byte> rest = received[(end + 4)..];
        if (bare.Header("Transfer-Encoding") == "chunked")
            return Chunked(bare, rest);
        int length = int.Parse(bare.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
        return bare with { Body = rest[..Math.Min(length, rest.Length)].ToArray(), Complete = rest.Length >= length };
    }

    private static RawResponse Chunked(RawResponse bare, ReadOnlySpan<byte> rest)
    {
        using MemoryStream body = new();
        while (true)
        {
            int line = rest.IndexOf("\r\n"u8);
            if (line < 0)
                break;
            int size = int.Parse(rest[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            int next = line + 2 + size + 2;
            if (rest.Length < next)
                break;
            if (size == 0)
                return bare with { Body = body.ToArray(), Complete = true };
            body.Write(rest.Slice(line + 2, size));
            rest = rest[next..];
        }
        return bare with { Body = body.ToArray() };
    }
}
