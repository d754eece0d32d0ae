using CoreNode.Platform;
using CoreNode.Platform.Blocks;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>
/// A file system that is read here, without the kernel's help: small files only, names in any case, read only. What a
/// damaged one says is never believed beyond the device and the limits: whatever it holds, memory and time are bounded.
/// </summary>
/// <param name="device">The device, or an image of one; the caller's.</param>
internal abstract class VolumeTree(IBlockDevice device) : DriveTree
{
    /// <summary>Most bytes of a folder that are looked through.</summary>
    protected const int MostFolder = 1 << 20;

    /// <summary>Where everything begins.</summary>
    protected abstract Entry Root { get; }

    /// <inheritdoc/>
    public override byte[]? TryRead(string path)
    {
        if (At(path) is not { IsFolder: false } file)
            return null;
        return file.Length <= SmallFiles.LimitBytes
            ? Content(file)
            : throw new SourceException(
                $"{path} of {device.Path} has more than {SmallFiles.LimitBytes} bytes", isFinal: true);
    }

    /// <inheritdoc/>
    public override bool HasFolder(string path) => At(path) is { IsFolder: true };

    /// <summary>What of that name is in a folder; null: nothing.</summary>
    protected abstract Entry? Find(Entry folder, string name);

    /// <summary>The bytes of a file or, at most <see cref="MostFolder"/> of them, of a folder.</summary>
    protected abstract byte[] Content(Entry entry);

    /// <summary>Reads, but nothing beyond the end.</summary>
    protected void Read(long offset, Span<byte> into)
    {
        if (offset < 0 || offset > device.LengthBytes - into.Length)
            throw Damaged("it names what is beyond its end");
        device.Read(offset, into);
    }

    /// <summary>It cannot be read; it will not be otherwise the next time.</summary>
    protected SourceException Damaged(string reason) => new($"{device.Path} is damaged: {reason}", isFinal: true);

    private Entry? At(string path)
    {
        Entry? at = Root;
        foreach (string name in path.Split('/'))
        {
            if (at is not { IsFolder: true })
                return null;
            at = Find(at, name);
        }

        return at;
    }

    /// <summary>A file or a folder.</summary>
    /// <param name="Start">Where it begins, as the file system counts.</param>
    /// <param name="Length">Bytes.</param>
    /// <param name="IsFolder">Which of both.</param>
    protected sealed record Entry(long Start, long Length, bool IsFolder);
}
