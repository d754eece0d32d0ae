namespace CoreNode.Tests.Api;

/// <summary>An HTTP answer as it came.</summary>
internal sealed record RawAnswer(int Status, string StatusLine, IReadOnlyList<string> Headers, string Body)
{
    /// <summary>A header's value; null if it is not there.</summary>
    public string? this[string name] => Headers
        .Where(h => h.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))
        .Select(h => h[(name.Length + 2)..])
        .SingleOrDefault();
}
