namespace CoreNode.Updates.Payload.Creating;

/// <summary>What makes one chunk of an image: operations, and the data of each.</summary>
public sealed class Chunk
{
    internal Chunk(int number, IReadOnlyList<PackedOperation> operations)
    {
        Number = number;
        Operations = operations;
    }

    /// <summary>Its number over all images.</summary>
    public int Number { get; }

    /// <summary>In the order in which they are carried out.</summary>
    internal IReadOnlyList<PackedOperation> Operations { get; }
}
