namespace CoreNode.Updates.Payload;

/// <summary>
/// Bytes that can be read anywhere: an image, a payload. Faults of the disk are the implementer's exceptions.
/// </summary>
public interface IPayloadFile
{
    /// <summary>Bytes in all.</summary>
    long Length { get; }

    /// <summary>Fills the whole buffer from there on; the caller stays below the length. Any thread.</summary>
    void Read(long offset, Span<byte> buffer);
}
