namespace CoreNode.Updates.Payload.Creating;

/// <summary>How a payload is packed.</summary>
public sealed record CreationOptions
{
    /// <summary>What is tried for data that the old image does not help with; the smallest is taken.</summary>
    public IReadOnlyList<OperationType> Kinds { get; init; } = [OperationType.ReplaceZstd];

    /// <summary>Level for these; 0 for each codec's own.</summary>
    public int Level { get; init; }

    /// <summary>Level for patches (zstd); 0 for the codec's own.</summary>
    public int PatchLevel { get; init; }
}
