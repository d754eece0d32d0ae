using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// Brings an answer into the form that the recorded cases are written in: indexes relative to the case's start,
/// times, ids and URLs as wildcards, unordered lists in key order.
/// </summary>
internal sealed partial class ResponseNormalizer(string authority, long start)
{
    // Numbers in a cause are indexes only if they are near the case's start; small ones are what the request said.
    private const long SmallNumber = 30;
    private const long NearStart = 1600;
    private const int LongText = 1000;

    private static readonly HashSet<string> _skippedHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin",
        "Date", "Connection", "Content-Length", "Transfer-Encoding",
    };

    /// <summary>
    /// The answer as the object that a case expects: status, headers_subset, body, trailing_newline, open.
    /// </summary>
    public JsonObject Normalize(RawResponse? response, bool sorted, bool headOnly)
    {
        if (response is null)
            return new JsonObject { ["status"] = null, ["headers_subset"] = new JsonObject(), ["body"] = null };
        string text = Encoding.UTF8.GetString(response.Body);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string type = response.Header("Content-Type") ?? "";
        bool json = type.Contains("json", StringComparison.Ordinal) && lines.Length > 0;
        JsonNode? body = json switch
        {
            true when lines.Length == 1 => Line(lines[0], sorted),
            true => new JsonArray([.. lines.Select(line => Line(line, sorted))]),
            _ when headOnly && type.Contains("plain", StringComparison.Ordinal) => "<any>",
            _ => Ids().Replace(text, "<hex>").Replace(authority, "{HOST}", StringComparison.Ordinal),
        };
        JsonObject result = new()
        {
            ["status"] = response.Status,
            ["headers_subset"] = Headers(response.Headers),
            ["body"] = body,
        };
        if (json)
            result["trailing_newline"] = text.EndsWith('\n');
        if (!response.Complete)
            result["open"] = true;
        return result;
    }

    private JsonObject Headers(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        JsonObject result = [];
        foreach ((string name, string value) in headers.Where(h => !_skippedHeaders.Contains(h.Key)))
        {
            result[name] = name.ToLowerInvariant() switch
            {
                "x-etcd-index" when value == "0" => value,
                "x-etcd-index" => IndexTemplate.Of(long.Parse(value, CultureInfo.InvariantCulture), start),
                "x-raft-index" or "x-raft-term" => "<int>",
                "x-etcd-cluster-id" when ClusterId().IsMatch(value) => "<hex>",
                "location" => value.Replace(authority, "{HOST}", StringComparison.Ordinal),
                _ => value,
            };
        }
        return result;
    }

    private JsonNode? Line(string line, bool sorted)
    {
        try
        {
            return Value(JsonNode.Parse(line), sorted, "");
        }
        catch (JsonException)
        {
            return Ids().Replace(line, "<hex>");
        }
    }

    private JsonNode? Value(JsonNode? node, bool sorted, string name) => node switch
    {
        JsonObject members => new JsonObject(
            members.Select(m => KeyValuePair.Create(m.Key, Value(m.Value, sorted, m.Key)))),
        JsonArray items => List(items, sorted, name),
        JsonValue value when value.TryGetValue(out string? text) => Text(text, name),
        JsonValue value when value.TryGetValue(out long number) && number > 0
            && name is "modifiedIndex" or "createdIndex" or "index" => IndexTemplate.Of(number, start),
        _ => name == "uptime" ? "<any>" : node?.DeepClone(),
    };

    private JsonArray List(JsonArray items, bool sorted, string name)
    {
        if (name is "peerURLs" or "clientURLs")
            return new JsonArray([.. items.Select(url => IsUrl(url) ? "<url>" : url?.DeepClone())]);
        IEnumerable<JsonNode?> result = items.Select(item => Value(item, sorted, ""));
        if (name == "members")
            result = result.OrderBy(member => (string?)member?["name"] ?? "", StringComparer.Ordinal);
        if (name == "nodes" && !sorted)
            result = result.OrderBy(child => (string?)child?["key"] ?? "", StringComparer.Ordinal);
        return new JsonArray([.. result]);
    }

    private string Text(string text, string name) => name switch
    {
        "value" or "key" when text.Length > LongText => $"<str:{text.EnumerateRunes().Count()}>",
        "expiration" or "startTime" => UtcTime().IsMatch(text) ? "<time>" : text,
        "cause" => Digits().Replace(text, match => Cause(match.Value)),
        "key" => InOrderNumber().Replace(text, match => IndexTemplate.Padded(
            long.Parse(match.Value, CultureInfo.InvariantCulture), start)),
        "uptime" => "<any>",
        "id" or "leader" when MemberId().IsMatch(text) => "<hex>",
        _ => text,
    };

    private string Cause(string digits)
    {
        bool isIndex = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && Math.Abs(number - start) < NearStart && number > SmallNumber && start > SmallNumber;
        return isIndex ? IndexTemplate.Of(number, start).ToString() : digits;
    }

    private static bool IsUrl(JsonNode? node) =>
        node is JsonValue value
        && value.TryGetValue(out string? text)
        && text.StartsWith("http", StringComparison.Ordinal);

    [GeneratedRegex(@"\b[0-9a-f]{13,16}\b")]
    private static partial Regex Ids();

    [GeneratedRegex(@"^[0-9a-f]{1,16}$")]
    private static partial Regex ClusterId();

    [GeneratedRegex(@"^[0-9a-f]{8,16}$")]
    private static partial Regex MemberId();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")]
    private static partial Regex UtcTime();

    [GeneratedRegex(@"[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"[0-9]{20}")]
    private static partial Regex InOrderNumber();
}
