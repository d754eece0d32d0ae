using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CoreNode.Foundation;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// What the reference's answers told so far, so that conditions, wait indexes and in-order names often hit. All indexes
/// are relative to the start of the sequence. Nothing is decided by it: a wrong hint only wastes a request.
/// </summary>
internal sealed partial class KeyspaceHints
{
    private const int MaxInOrderKeys = 64;
    private readonly Dictionary<string, Hint> _nodes = [];
    private readonly List<string> _inOrderKeys = [];

    /// <summary>The store's index at the last answer.</summary>
    public long CurrentIndex { get; private set; }

    /// <summary>Takes the answer to a request, once relative to <paramref name="baseIndex"/>.</summary>
    public void Learn(RawAnswer answer, long baseIndex)
    {
        if (long.TryParse(answer.Header("X-Etcd-Index"), CultureInfo.InvariantCulture, out long index) && index > 0)
            CurrentIndex = index - baseIndex;
        if (answer.Status is not (200 or 201) || !answer.IsComplete || answer.Body is not [(byte)'{', ..])
            return;
        using JsonDocument document = JsonDocument.Parse(answer.Body);
        if (document.RootElement.TryGetProperty("node", out JsonElement node))
            Learn(node, document.RootElement.GetProperty("action").GetString()!, baseIndex);
    }

    /// <summary>A key that was in-order created; null before the first.</summary>
    public string? AnyInOrderKey(Prng prng) =>
        _inOrderKeys.Count == 0 ? null : _inOrderKeys[prng.Next(_inOrderKeys.Count)];

    /// <summary>A key that was there lately, of the wanted kind; null when none is known.</summary>
    public string? AnyKey(Prng prng, bool directory)
    {
        string[] keys = [.. _nodes.Where(n => n.Value.IsDirectory == directory).Select(n => n.Key)];
        return keys.Length == 0 ? null : keys[prng.Next(keys.Length)];
    }

    /// <summary>The value last seen at <paramref name="key"/>.</summary>
    public string? ValueOf(string key) => _nodes.TryGetValue(key, out Hint? hint) ? hint.Value : null;

    /// <summary>The relative modified index last seen at <paramref name="key"/>.</summary>
    public long? ModifiedIndexOf(string key) => _nodes.TryGetValue(key, out Hint? hint) ? hint.ModifiedIndex : null;

    private void Learn(JsonElement node, string action, long baseIndex)
    {
        if (!node.TryGetProperty("key", out JsonElement keyElement))
            return;
        string key = Written(keyElement.GetString()!, baseIndex);
        if (action is "delete" or "compareAndDelete" or "expire")
        {
            string below = key + "/";
            foreach (string gone in _nodes.Keys.Where(k => k == key || k.StartsWith(below, StringComparison.Ordinal)))
                _nodes.Remove(gone);
            return;
        }
        _nodes[key] = new Hint(
            node.TryGetProperty("dir", out _),
            node.TryGetProperty("value", out JsonElement value) ? value.GetString() : null,
            node.GetProperty("modifiedIndex").GetInt64() - baseIndex);
        if (key.EndsWith('}') && _inOrderKeys.Count < MaxInOrderKeys)
            _inOrderKeys.Add(key);
    }

    // As it goes into a target: escaped, in-order names as templates.
    private static string Written(string key, long baseIndex) => string.Join('/', key.Split('/').Select(name =>
        InOrderName().IsMatch(name) ? "{=" + Relative(name, baseIndex) + "}" : Uri.EscapeDataString(name)));

    private static string Relative(string digits, long baseIndex) =>
        (long.Parse(digits, CultureInfo.InvariantCulture) - baseIndex).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^[0-9]{20}$")]
    private static partial Regex InOrderName();

    private sealed record Hint(bool IsDirectory, string? Value, long ModifiedIndex);
}
