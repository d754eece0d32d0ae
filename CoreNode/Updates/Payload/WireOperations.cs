using System.Collections;

namespace CoreNode.Updates.Payload;

/// <summary>
/// Operations as they stand in a manifest's bytes, unpacked whenever one is asked for: a machine that applies a payload
/// then holds little more than these bytes, which unpacked may be ten times as many. Any thread, once it is read.
/// </summary>
internal sealed class WireOperations : IReadOnlyList<InstallOperation>
{
    private readonly ReadOnlyMemory<byte> _manifest;

    // Two for each: where it begins and how long it is.
    private readonly List<int> _places;

    /// <summary>None yet.</summary>
    /// <param name="manifest">The bytes of the whole.</param>
    /// <param name="parent">The part of them, a message, that has the operations.</param>
    /// <param name="field">The field of it that is an operation.</param>
    public WireOperations(ReadOnlyMemory<byte> manifest, ReadOnlySpan<byte> parent, uint field)
    {
        _manifest = manifest;
        int count = 0;
        WireReader fields = new(parent);
        while (count < PayloadLimits.Operations && fields.Next())
            count += fields.Field == field ? 1 : 0;
        // No more is taken than is needed: growing would leave as much behind as waste.
        _places = new List<int>(2 * count);
    }

    /// <inheritdoc/>
    public int Count => _places.Count / 2;

    /// <inheritdoc/>
    public InstallOperation this[int index] =>
        ManifestReader.OperationIn(_manifest.Span.Slice(_places[2 * index], _places[(2 * index) + 1]));

    /// <summary>Adds one, which was found to be good.</summary>
    /// <param name="message">A part of the manifest's bytes.</param>
    public void Add(ReadOnlySpan<byte> message)
    {
        _manifest.Span.Overlaps(message, out int start);
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
