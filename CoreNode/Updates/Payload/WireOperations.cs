using System.Collections;

namespace CoreNode.Updates.Payload;

/// <summary>
/// Operations as they stand in a manifest's bytes, unpacked whenever one is asked for: a machine that applies a payload
/// then holds little more than these bytes, which unpacked may be ten times as many. Any thread, once it is read.
/// </summary>
internal sealed class WireOperations(ReadOnlyMemory<byte> manifest) : IReadOnlyList<InstallOperation>
{
    // Two for each: where it begins and how long it is.
    private readonly List<int> _places = [];

    /// <inheritdoc/>
    public int Count => _places.Count / 2;

    /// <inheritdoc/>
    public InstallOperation this[int index] =>
        ManifestReader.OperationIn(manifest.Span.Slice(_places[2 * index], _places[(2 * index) + 1]));

    /// <summary>Adds one, which was found to be good.</summary>
    /// <param name="message">A part of the manifest's bytes.</param>
    public void Add(ReadOnlySpan<byte> message)
    {
        manifest.Span.Overlaps(message, out int start);
        _places.Add(start);
        _places.Add(message.Length);
    }

    /// <inheritdoc/>
    public IEnumerator<InstallOperation> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
