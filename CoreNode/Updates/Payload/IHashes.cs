namespace CoreNode.Updates.Payload;

/// <summary>SHA-256 of bytes at hand, by whatever does it fastest; handed in. Any thread.</summary>
public interface IHashes
{
    /// <summary>Writes the 32 bytes of the hash.</summary>
    void Sha256(ReadOnlySpan<byte> data, Span<byte> hash);
}
