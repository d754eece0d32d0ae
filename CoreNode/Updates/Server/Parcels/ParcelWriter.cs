using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Updates.Server.Parcels;

/// <summary>
/// Writes one file that holds several: backups, and releases on a medium. Each part carries its SHA-256 and the end one
/// over all of these, so that a part that is cut, changed or exchanged is found. docs/formats.md has every byte.
/// </summary>
internal sealed class ParcelWriter : IDisposable
{
    public const int HeaderBytes = 16;
    public const int Version = 1;
    public const int HashBytes = 32;
    public const int MostName = 255;

    private const int PieceBytes = 1 << 20;

    private readonly Stream _target;
    private readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _piece = new byte[PieceBytes];
    private uint _parts;

    private ParcelWriter(Stream target) => _target = target;

    /// <summary>What a parcel begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "CNPARCEL"u8;

    /// <summary>Bytes written.</summary>
    public long Bytes { get; private set; }

    /// <summary>Begins a parcel.</summary>
    public static async Task<ParcelWriter> BeginAsync(
        Stream target, ParcelKind kind, CancellationToken cancellation)
    {
        ParcelWriter writer = new(target);
        byte[] header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), (ushort)kind);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), Crc32C.Compute(header.AsSpan(0, 12)));
        await writer.WriteAsync(header, cancellation);
        return writer;
    }

    /// <summary>Adds bytes.</summary>
    public async Task AddAsync(ParcelEntryKind kind, string name, byte[] content, CancellationToken cancellation)
    {
        await BeginPartAsync(kind, name, content.Length, cancellation);
        await WriteAsync(content, cancellation);
        await EndPartAsync(SHA256.HashData(content), cancellation);
    }

    /// <summary>Adds a file.</summary>
    public async Task AddAsync(ParcelEntryKind kind, string name, IFile file, CancellationToken cancellation)
    {
        long length = file.Length;
        await BeginPartAsync(kind, name, length, cancellation);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < length;)
        {
            int count = file.Read(at, _piece.AsSpan(0, (int)Math.Min(_piece.Length, length - at)));
            if (count == 0)
                throw new IOException($"{file.Path} became shorter while it was read");
            hash.AppendData(_piece, 0, count);
            await WriteAsync(_piece.AsMemory(0, count), cancellation);
            at += count;
        }

        await EndPartAsync(hash.GetHashAndReset(), cancellation);
    }

    /// <summary>Ends the parcel.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        byte[] end = new byte[1 + 4 + HashBytes];
        end[0] = (byte)ParcelEntryKind.End;
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(1), _parts);
        _all.GetHashAndReset().CopyTo(end, 5);
        await WriteAsync(end, cancellation);
        await _target.FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _all.Dispose();

    private async Task BeginPartAsync(
        ParcelEntryKind kind, string name, long size, CancellationToken cancellation)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        byte[] head = new byte[2 + text.Length + 12];
        head[0] = (byte)kind;
        head[1] = (byte)text.Length;
        text.CopyTo(head, 2);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(2 + text.Length), size);
        int sum = 10 + text.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(sum), Crc32C.Compute(head.AsSpan(0, sum)));
        _all.AppendData(head);
        _parts++;
        await WriteAsync(head, cancellation);
    }

    private async Task EndPartAsync(byte[] hash, CancellationToken cancellation)
    {
        _all.AppendData(hash);
        await WriteAsync(hash, cancellation);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _target.WriteAsync(bytes, cancellation);
        Bytes += bytes.Length;
    }
}
