using CoreNode.Platform.Blocks;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>A device of bytes that is only read.</summary>
internal sealed class MemoryDevice(ReadOnlyMemory<byte> bytes) : IBlockDevice
{
    public string Path => "memory";

    public long LengthBytes => bytes.Length;

    public int? SectorSizeBytes => null;

    public void Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset + buffer.Length > bytes.Length)
            throw new IOException("past the end");
        bytes.Span.Slice((int)offset, buffer.Length).CopyTo(buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public void Sync() => throw new NotSupportedException();

    public ReadBackWay ReadBack(long offset, Span<byte> buffer) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
