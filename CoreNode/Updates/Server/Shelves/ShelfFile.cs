using CoreNode.Platform;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Server.Shelves;

/// <summary>A file of the shelf for who verifies payloads. Owned by one thread.</summary>
internal sealed class ShelfFile(IFile file) : IPayloadFile, IDisposable
{
    /// <inheritdoc/>
    public long Length { get; } = file.Length;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        if (file.Read(offset, buffer) < buffer.Length)
            throw new IOException($"{file.Path} became shorter while it was read");
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
