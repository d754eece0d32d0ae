using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Bytes in memory as a file; reading beyond the end is a fault of the caller.</summary>
internal sealed class MemoryFile(byte[] bytes) : IPayloadFile
{
    public byte[] Bytes => bytes;

    public long Length => bytes.Length;

    public void Read(long offset, Span<byte> buffer) =>
        bytes.AsSpan(checked((int)offset), buffer.Length).CopyTo(buffer);
}
