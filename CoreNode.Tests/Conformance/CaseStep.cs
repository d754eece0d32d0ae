using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.Conformance;

/// <summary>One step of a recorded case with its templates filled in.</summary>
internal sealed class CaseStep(JsonObject step, long start, string peerUrl)
{
    private const string FormType = "application/x-www-form-urlencoded";

    public TimeSpan? Sleep => Seconds("sleep");

    public TimeSpan? Timeout => Seconds("timeout");

    public string? Async => (string?)step["async"];

    public string? Await => (string?)step["await"];

    public int? Events => (int?)step["events"];

    public int Repeat => (int?)step["repeat"] ?? 1;

    public bool HeadOnly => (bool?)step["head_only"] ?? false;

    public bool IsHead => Method == "HEAD";

    public bool IsSorted => ((string?)step["path"] ?? "").Contains("sorted=true", StringComparison.Ordinal);

    private string Method => (string?)step["method"] ?? "";

    /// <summary>The request's head, without the empty line, and its body.</summary>
    public (string Head, byte[] Body) Request(string authority)
    {
        string path = Fill((string)step["path"]!);
        if ((int?)step["bigkey"] is { } keyLength)
            path = path.Replace("{BIG}", new string('k', keyLength), StringComparison.Ordinal);
        Dictionary<string, string?> headers = new() { ["Host"] = authority, ["Connection"] = "close" };
        byte[] body = Body(headers);
        if (body.Length > 0 || Method is "PUT" or "POST")
            headers["Content-Length"] = body.Length.ToString(CultureInfo.InvariantCulture);
        foreach ((string name, JsonNode? value) in step["headers"]?.AsObject() ?? [])
            headers[name] = (string?)value;
        StringBuilder head = new($"{Method} {path} HTTP/1.1\r\n");
        foreach ((string name, string? value) in headers.Where(h => h.Value is not null))
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        return (head.ToString(), body);
    }

    private byte[] Body(Dictionary<string, string?> headers)
    {
        if ((int?)step["bigval"] is { } valueLength)
        {
            headers["Content-Type"] = FormType;
            return Encoding.UTF8.GetBytes("value=" + new string('v', valueLength));
        }
        if (step["body"] is { } body)
            return Encoding.UTF8.GetBytes(Fill((string)body!));
        if (step["form"] is not JsonObject form)
            return [];
        headers["Content-Type"] = FormType;
        return Encoding.ASCII.GetBytes(string.Join('&', form.Select(
            field => $"{Escape(field.Key)}={Escape(Fill((string)field.Value!))}")));
    }

    private TimeSpan? Seconds(string name) =>
        (double?)step[name] is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private string Fill(string text) =>
        IndexTemplate.Fill(text.Replace("{PEER}", peerUrl, StringComparison.Ordinal), start);

    private static string Escape(string text) =>
        Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
