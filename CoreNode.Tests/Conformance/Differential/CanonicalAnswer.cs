using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// An answer in a form that is equal for two servers that behave alike: indexes relative to each server's start, ids
/// and addresses masked, children in byte order where the request left the order open. Times are kept aside, to be
/// compared with a tolerance. Field order and string escapes stay as sent.
/// </summary>
internal sealed partial class CanonicalAnswer
{
    private static readonly string[] IgnoredHeaders = ["Date", "Content-Length", "Transfer-Encoding", "Connection"];
    private readonly long _baseIndex;
    private readonly bool _sortsNodes;

    /// <summary>
    /// Canonical form of <paramref name="answer"/> by a server that stood at <paramref name="baseIndex"/>.
    /// </summary>
    public CanonicalAnswer(RawAnswer answer, long baseIndex, DifferentialRequest request)
    {
        _baseIndex = baseIndex;
        _sortsNodes = !AsksForOrder(request);
        Status = answer.Status;
        IsComplete = answer.IsComplete;
        Headers = CanonicalHeaders(answer);
        // Live figures of the process: only that they are there can be compared.
        bool isLive = request.Target.StartsWith("/debug/vars", StringComparison.Ordinal) && Status == 200;
        Lines = isLive ? [] : [.. SplitLines(answer).Select(CanonicalLine)];
    }

    public int Status { get; }

    public bool IsComplete { get; }

    /// <summary>Lower-case names with masked values, sorted.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>The body's lines: one JSON value each where the body is JSON.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>Every expiration in the body, in order.</summary>
    public List<DateTimeOffset> Expirations { get; } = [];

    /// <summary>Every ttl in the body, in order.</summary>
    public List<long> TimesToLive { get; } = [];

    // With several of the name, or with a false one, etcd's order is random: then both are put in order here.
    private static bool AsksForOrder(DifferentialRequest request)
    {
        string text = $"{request.Target}&{request.Body}&";
        return SortedTrue().IsMatch(text) && Sorted().Count(text) == 1;
    }

    private List<string> CanonicalHeaders(RawAnswer answer)
    {
        List<string> headers = [];
        foreach ((string name, string value) in answer.Headers)
        {
            if (IgnoredHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
                continue;
            headers.Add($"{name.ToLowerInvariant()}: {CanonicalHeader(name.ToLowerInvariant(), value)}");
        }
        headers.Sort(StringComparer.Ordinal);
        return headers;
    }

    private string CanonicalHeader(string name, string value) => name switch
    {
        "x-etcd-index" when long.TryParse(value, CultureInfo.InvariantCulture, out long index) => Relative(index),
        "x-raft-index" or "x-raft-term" when Digits().IsMatch(value) => "<int>",
        "x-etcd-cluster-id" when HexId().IsMatch(value) => "<hex>",
        _ => InOrderName().Replace(Address().Replace(value, "<address>"), RelativeMatch),
    };

    private static string[] SplitLines(RawAnswer answer)
    {
        string text = Encoding.UTF8.GetString(answer.Body);
        if (text.Length == 0)
            return [];
        // The last line's end matters too: some answers have one and some have none.
        return text.EndsWith('\n') ? [.. text[..^1].Split('\n'), "<end>"] : text.Split('\n');
    }

    private string CanonicalLine(string line)
    {
        if (line.Length > 0 && line[0] is '{' or '[')
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                StringBuilder text = new();
                Append(text, document.RootElement, "");
                return text.ToString();
            }
            catch (JsonException)
            {
                return "not JSON: " + line;
            }
        }
        return Address().Replace(HexIds().Replace(line, "<hex>"), "<address>");
    }

    private void Append(StringBuilder text, JsonElement value, string name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    text.Append(text[^1] == '{' ? "" : ",").Append('"').Append(property.Name).Append("\":");
                    Append(text, property.Value, property.Name);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                AppendArray(text, value, name);
                break;
            case JsonValueKind.Number:
                text.Append(CanonicalNumber(value, name));
                break;
            case JsonValueKind.String:
                text.Append(CanonicalString(value.GetRawText(), name));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private void AppendArray(StringBuilder text, JsonElement value, string name)
    {
        IEnumerable<JsonElement> items = value.EnumerateArray();
        if (name == "nodes" && _sortsNodes)
            items = items.OrderBy(n => n.GetProperty("key").GetRawText(), StringComparer.Ordinal);
        text.Append('[');
        foreach (JsonElement item in items)
        {
            text.Append(text[^1] == '[' ? "" : ",");
            Append(text, item, name);
        }
        text.Append(']');
    }

    private string CanonicalNumber(JsonElement value, string name)
    {
        if (name == "ttl" && value.TryGetInt64(out long ttl))
        {
            TimesToLive.Add(ttl);
            return "<ttl>";
        }
        if (name is "modifiedIndex" or "createdIndex" or "index" && value.TryGetInt64(out long index))
            return Relative(index);
        return value.GetRawText();
    }

    private string CanonicalString(string raw, string name)
    {
        string text = raw[1..^1];
        switch (name)
        {
            case "expiration" when Time().IsMatch(text):
                Expirations.Add(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture));
                return "<expiration>";
            case "startTime" when StartTime().IsMatch(text):
                return "<time>";
            case "uptime":
                return "<uptime>";
            case "value":
                return raw;
            case "cause":
                raw = IndexesInCause().Replace(raw, RelativeMatch);
                break;
        }
        raw = InOrderName().Replace(raw, RelativeMatch);
        return Address().Replace(HexIds().Replace(raw, "<hex>"), "<address>");
    }

    private string RelativeMatch(Match match) =>
        long.TryParse(match.Value, CultureInfo.InvariantCulture, out long index) ? Relative(index) : match.Value;

    // 0 means "no index" in every answer of etcd, so it stays; small ones were given by the request itself.
    private string Relative(long index) =>
        index < _baseIndex ? index.ToString(CultureInfo.InvariantCulture) : $"{{+{index - _baseIndex}}}";

    [GeneratedRegex("[?&]sorted=(1|t|T|true|TRUE|True)&")]
    private static partial Regex SortedTrue();

    [GeneratedRegex("[?&]sorted=")]
    private static partial Regex Sorted();

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Digits();

    [GeneratedRegex("^[0-9a-f]{1,16}$")]
    private static partial Regex HexId();

    [GeneratedRegex("\\b[0-9a-f]{13,16}\\b")]
    private static partial Regex HexIds();

    [GeneratedRegex("(127\\.0\\.0\\.1|localhost):[0-9]+")]
    private static partial Regex Address();

    [GeneratedRegex("[0-9]{20}")]
    private static partial Regex InOrderName();

    [GeneratedRegex("(?<=\\[)[0-9]+(?=[/\\]])|(?<=[/ ])[0-9]+(?=\\])|(?<=\\[)[0-9]+(?= != )")]
    private static partial Regex IndexesInCause();

    // Go's RFC 3339 with nanoseconds: trailing zeros cut, so the last digit of a fraction is never 0.
    [GeneratedRegex("^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,8}[1-9])?Z$")]
    private static partial Regex Time();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$")]
    private static partial Regex StartTime();
}
