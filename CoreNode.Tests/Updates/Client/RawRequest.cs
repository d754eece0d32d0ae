using System.Globalization;
using System.Text;

namespace CoreNode.Tests.Updates.Client;

/// <summary>A request as it came.</summary>
internal sealed record RawRequest(string Line, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>A header; empty if it was not there.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    public static async Task<RawRequest> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!(head.Length > 3 && head.ToString(head.Length - 4, 4) == "\r\n\r\n"))
        {
            await stream.ReadExactlyAsync(one, cancellation);
            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string[] pair in lines.Skip(1).Select(line => line.Split(": ", 2)))
            headers[pair[0]] = pair[1];
        int length = int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture);
        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellation);
        return new RawRequest(lines[0], headers, Encoding.UTF8.GetString(body));
    }
}
