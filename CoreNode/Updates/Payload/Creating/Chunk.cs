namespace CoreNode.Updates.Payload.Creating;

/// <summary>What makes one chunk of an image: operations, and the data of each.</summary>
public sealed class Chunk
{
    /// <summary>Its number over all images.</summary>
    public required int Number { get; init; }

    /// <summary>In the order in which they are carried out.</summary>
    internal required IReadOnlyList<PackedOperation> Operations { get; init; }
}
