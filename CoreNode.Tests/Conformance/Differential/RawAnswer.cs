using System.Text;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>An answer as it came over the wire, framing removed. Strings are Latin-1.</summary>
/// <param name="IsComplete">False while a watch's answer is still open.</param>
internal sealed record RawAnswer(
    int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, bool IsComplete)
{
    /// <summary>The header's only value, null when absent; names are compared without case.</summary>
    public string? Header(string name)
    {
        foreach ((string key, string value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    /// <summary>The body byte by byte, for transcripts.</summary>
    public string Text => Encoding.Latin1.GetString(Body);
}
