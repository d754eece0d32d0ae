using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Updates.Server.Parcels;

/// <summary>
/// Reads what <see cref="ParcelWriter"/> wrote, part by part from a stream, with bounded memory. Everything that is not
/// as it was written is an <see cref="IOException"/> that says where; a part is to be used only once the next one, or
/// the end, was read, for then its hash was found right.
/// </summary>
internal sealed class ParcelReader : IDisposable
{
    private readonly Stream _source;
    private readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private PartStream? _open;
    private uint _parts;

    private ParcelReader(Stream source, ParcelKind kind)
    {
        _source = source;
        Kind = kind;
    }

    /// <summary>What the parcel is.</summary>
    public ParcelKind Kind { get; }

    /// <summary>The content of the part that was begun last.</summary>
    public Stream Content => _open!;

    /// <summary>Bytes read.</summary>
    public long Bytes { get; private set; } = ParcelWriter.HeaderBytes;

    /// <summary>Reads the beginning.</summary>
    public static async Task<ParcelReader> BeginAsync(Stream source, CancellationToken cancellation)
    {
        byte[] header = new byte[ParcelWriter.HeaderBytes];
        int count = await source.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellation);
        if (count < header.Length || !header.AsSpan().StartsWith(ParcelWriter.Magic))
            throw new IOException("this is no backup or export of an update server: it does not begin with CNPARCEL");
        int version = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8));
        if (version > ParcelWriter.Version)
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture,
                $"the file is of version {version}, and this program knows {ParcelWriter.Version}: use a newer one"));
        }

        uint sum = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12));
        return sum == Crc32C.Compute(header.AsSpan(0, 12))
            ? new ParcelReader(source, (ParcelKind)BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(10)))
            : throw Damaged("its first bytes");
    }

    /// <summary>
    /// Goes to the next part, reading what is left of the one before; null at the end, which was found right.
    /// </summary>
    public async Task<ParcelEntry?> NextAsync(CancellationToken cancellation)
    {
        await CloseAsync(cancellation);
        byte[] kind = await ReadAsync(1, cancellation);
        if (kind[0] == (byte)ParcelEntryKind.End)
        {
            byte[] end = await ReadAsync(4 + ParcelWriter.HashBytes, cancellation);
            bool isRight = BinaryPrimitives.ReadUInt32LittleEndian(end) == _parts
                && end.AsSpan(4).SequenceEqual(_all.GetHashAndReset());
            return isRight ? null : throw Damaged("its end: parts are missing or were exchanged");
        }

        byte[] length = await ReadAsync(1, cancellation);
        byte[] rest = await ReadAsync(length[0] + 12, cancellation);
        byte[] head = [kind[0], length[0], .. rest];
        int sum = head.Length - 4;
        long size = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(sum - 8));
        uint said = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(sum));
        if (said != Crc32C.Compute(head.AsSpan(0, sum)) || size < 0)
            throw Damaged("the head of a part");
        _all.AppendData(head);
        _parts++;
        Bytes += size;
        _open = new PartStream(_source, size);
        return new ParcelEntry(
            (ParcelEntryKind)kind[0], Encoding.UTF8.GetString(head.AsSpan(2, length[0])), size);
    }

    /// <summary>Reads a whole part into memory, up to a bound.</summary>
    public async Task<byte[]> ReadAllAsync(ParcelEntry entry, int most, CancellationToken cancellation)
    {
        if (entry.Size > most)
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture, $"part {entry.Name} has {entry.Size} bytes; {most} are taken"));
        }

        byte[] content = new byte[entry.Size];
        await Content.ReadExactlyAsync(content, cancellation);
        await CloseAsync(cancellation);
        return content;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _open?.Dispose();
        _all.Dispose();
    }

    private async Task CloseAsync(CancellationToken cancellation)
    {
        if (_open is null)
            return;
        await _open.SkipAsync(cancellation);
        byte[] found = _open.Hash();
        _open.Dispose();
        _open = null;
        byte[] said = await ReadAsync(ParcelWriter.HashBytes, cancellation);
        if (!said.AsSpan().SequenceEqual(found))
            throw Damaged("a part: its SHA-256 is another one");
        _all.AppendData(said);
    }

    private async Task<byte[]> ReadAsync(int count, CancellationToken cancellation)
    {
        byte[] bytes = new byte[count];
        int read = await _source.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellation);
        Bytes += read;
        return read == count ? bytes : throw new IOException("the file was cut off: take a whole one");
    }

    private static IOException Damaged(string where) => new($"the file is damaged in {where}: take another copy");
}
