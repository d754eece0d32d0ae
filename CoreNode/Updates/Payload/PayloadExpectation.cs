namespace CoreNode.Updates.Payload;

/// <summary>What the update server announced; null for what it did not say.</summary>
/// <param name="Size">Bytes of the whole payload: compared before the first operation.</param>
/// <param name="Sha256">Of the whole payload: compared at its end. Costs one more pass of SHA-256.</param>
public sealed record PayloadExpectation(ulong? Size, byte[]? Sha256)
{
    /// <summary>Nothing was announced: only the signatures count.</summary>
    public static PayloadExpectation None { get; } = new(null, null);
}
