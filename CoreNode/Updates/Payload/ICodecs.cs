namespace CoreNode.Updates.Payload;

/// <summary>
/// Compression as the payload's operations need it, handed in: a decider makes no native call. Every call stands alone
/// and may come from any thread.
/// </summary>
public interface ICodecs
{
    /// <summary>What <see cref="Decode"/> gives for data that is no whole stream of that kind.</summary>
    const int Broken = -1;

    /// <summary>What <see cref="Decode"/> gives for data that holds more than the output has room for.</summary>
    const int TooMuch = -2;

    /// <summary>
    /// Unpacks one whole stream (<see cref="OperationType.ReplaceBz"/>, <see cref="OperationType.ReplaceXz"/>,
    /// <see cref="OperationType.ReplaceZstd"/> or <see cref="OperationType.Patch"/>). Never throws for bad data, never
    /// writes beyond the output, and takes a bounded amount of memory whatever the data says of itself. Bytes behind
    /// the end of the stream make it broken.
    /// </summary>
    /// <param name="type">Which of the four.</param>
    /// <param name="data">The stream.</param>
    /// <param name="reference">What a patch refers to (at most 6 MiB when we made it); empty for the others.</param>
    /// <param name="output">Room for what comes out.</param>
    /// <returns>Bytes written, or <see cref="Broken"/> or <see cref="TooMuch"/>.</returns>
    int Decode(OperationType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, Span<byte> output);

    /// <summary>
    /// Packs one chunk (at most 2 MiB), the same bytes for the same input: zstd with content size, without checksum
    /// and dictionary id, window log 23 for a patch; xz with CRC-32; one stream, one frame.
    /// </summary>
    /// <param name="type">Which of the four.</param>
    /// <param name="data">What to pack.</param>
    /// <param name="reference">What a patch may refer to; empty for the others.</param>
    /// <param name="level">The library's own scale; 0 leaves it to the codec (zstd 9, xz 6, bzip2 9).</param>
    byte[] Encode(OperationType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, int level);
}
