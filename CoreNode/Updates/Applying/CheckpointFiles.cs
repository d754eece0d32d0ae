using System.Buffers.Binary;
using System.Text;
using CoreNode.Platform;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// How far the application of a payload came, in files beside each other: NAME outlives a power cut and is written
/// after the disk was synced; NAME.now is written after each operation and counts only in the boot that it was written
/// in, since the blocks before it may not have reached the disk; NAME.metadata is the payload's beginning up to its
/// data, so that it need not be fetched twice. What is damaged counts as missing. One thread at a time.
/// </summary>
internal sealed class CheckpointFiles : IDisposable
{
    private const int FormatVersion = 1;
    private const int HeaderBytes = 64;
    private const int ChecksumAt = 12;
    private const int BootIdAt = 24;
    private const int BootIdBytes = 40;
    private const int LongestPosition = 1024;

    private readonly IFiles _files;
    private readonly string _path;
    private readonly string _bootId;
    private readonly int _partition;
    private IFile? _now;

    public CheckpointFiles(IFiles files, string path, string bootId, int partition)
    {
        _files = files;
        _path = path;
        _bootId = bootId.Length <= BootIdBytes ? bootId : bootId[..BootIdBytes];
        _partition = partition;
        _files.CreateFolder(Path.GetDirectoryName(_path)!);
    }

    private static ReadOnlySpan<byte> Magic => "CNAPPLY\n"u8;

    private string NowPath => _path + ".now";

    private string MetadataPath => _path + ".metadata";

    /// <summary>Where to go on; null to begin anew.</summary>
    public PayloadPosition? Read()
    {
        PayloadPosition? durable = Read(_path, "");
        PayloadPosition? now = Read(NowPath, _bootId);
        if (durable is null || now is null)
            return now ?? durable;
        bool isSame = now.MetadataSha256.AsSpan().SequenceEqual(durable.MetadataSha256);
        return isSame && now.NextOperation > durable.NextOperation ? now : durable;
    }

    /// <summary>Forgets how far it came: what is on the disk is unknown.</summary>
    public void Forget()
    {
        _now?.Dispose();
        _now = null;
        _files.Delete(NowPath);
        _files.Delete(_path);
        SyncFolder();
    }

    /// <summary>An operation is done, durable or not.</summary>
    public void SaveNow(PayloadPosition position)
    {
        _now ??= _files.Open(NowPath, create: true);
        _now.Write(0, Encode(position, _bootId));
    }

    /// <summary>All operations before it are durable.</summary>
    public void SaveDurable(PayloadPosition position) => Replace(_path, Encode(position, ""));

    /// <summary>The payload's first bytes as they were kept; null without. Whoever reads them verifies them.</summary>
    public IFile? OpenMetadata() =>
        _files.Exists(MetadataPath) ? _files.Open(MetadataPath, create: false) : null;

    /// <summary>Keeps the payload's first bytes.</summary>
    public void SaveMetadata(ReadOnlySpan<byte> bytes) => Replace(MetadataPath, bytes);

    public void Dispose() => _now?.Dispose();

    private PayloadPosition? Read(string path, string bootId)
    {
        if (!_files.Exists(path))
            return null;
        using IFile file = _files.Open(path, create: false);
        if (file.Length is < HeaderBytes or > HeaderBytes + LongestPosition)
            return null;
        byte[] bytes = new byte[(int)file.Length];
        return file.Read(0, bytes) == bytes.Length ? Decode(bytes, bootId) : null;
    }

    private PayloadPosition? Decode(ReadOnlySpan<byte> bytes, string bootId)
    {
        bool isGood = bytes.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == FormatVersion
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) == Checksum(bytes)
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]) == bytes.Length - HeaderBytes
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]) == _partition
            && bytes.Slice(BootIdAt, BootIdBytes).SequenceEqual(BootId(bootId));
        return isGood ? PayloadPosition.TryRead(bytes[HeaderBytes..]) : null;
    }

    private byte[] Encode(PayloadPosition position, string bootId)
    {
        byte[] body = position.Write();
        byte[] bytes = new byte[HeaderBytes + body.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), body.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), _partition);
        BootId(bootId).CopyTo(bytes.AsSpan(BootIdAt));
        body.CopyTo(bytes, HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Checksum(bytes));
        return bytes;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) => Crc32C.Compute(bytes[(ChecksumAt + sizeof(uint))..]);

    private static byte[] BootId(string text)
    {
        byte[] bytes = new byte[BootIdBytes];
        Encoding.ASCII.GetBytes(text, bytes);
        return bytes;
    }

    private void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        string part = path + ".part";
        // What a run that was killed left behind may be longer.
        _files.Delete(part);
        using (IFile file = _files.Open(part, create: true))
        {
            file.Write(0, bytes);
            file.Sync();
        }

        _files.Rename(part, path);
        SyncFolder();
    }

    private void SyncFolder() => _files.SyncFolder(Path.GetDirectoryName(_path)!);
}
