using System.Buffers.Binary;
using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>
/// A key with its value and indexes as one immutable byte array: a million keys are a million arrays without
/// references, so the collector marks them fast and a snapshot writes them as they are. Layout (docs/formats.md,
/// "records"): flag byte, modified index (u64), created index (u64), expiration (i64, only if flagged), key length
/// (LEB128), key, value to the end. Immutable: any thread may read it.
/// </summary>
public readonly struct KeyRecord
{
    private const byte DirectoryFlag = 1;
    private const byte ExpirationFlag = 2;
    private const byte NoValueFlag = 4;
    private const int KeyStart = 17;

    private readonly byte[]? _data;

    private KeyRecord(byte[] data) => _data = data;

    /// <summary>True for <c>default</c>: there is no record.</summary>
    public bool IsNone => _data is null;

    /// <summary>The whole record, for snapshots.</summary>
    public ReadOnlySpan<byte> Bytes => _data;

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => (_data![0] & DirectoryFlag) != 0;

    /// <summary>
    /// True for a file whose value is shown, false for directories and for the node of a delete or expire.
    /// </summary>
    public bool HasValue => (_data![0] & (DirectoryFlag | NoValueFlag)) == 0;

    /// <summary>True if it has a deadline.</summary>
    public bool HasExpiration => (_data![0] & ExpirationFlag) != 0;

    /// <summary>Store index of the last change.</summary>
    public ulong ModifiedIndex => BinaryPrimitives.ReadUInt64LittleEndian(_data.AsSpan(1));

    /// <summary>Store index of the creation.</summary>
    public ulong CreatedIndex => BinaryPrimitives.ReadUInt64LittleEndian(_data.AsSpan(9));

    /// <summary>Deadline in nanoseconds since 1970 UTC; 0 if permanent.</summary>
    public long ExpirationUnixNs => HasExpiration ? BinaryPrimitives.ReadInt64LittleEndian(_data.AsSpan(KeyStart)) : 0;

    /// <summary>The canonical key, "/" for the root.</summary>
    public ReadOnlySpan<byte> Key
    {
        get
        {
            ReadOnlySpan<byte> rest = Tail();
            Leb128.TryRead(rest, out int length, out int used);
            return rest.Slice(used, length);
        }
    }

    /// <summary>The value; empty for directories.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            ReadOnlySpan<byte> rest = Tail();
            Leb128.TryRead(rest, out int length, out int used);
            return rest[(used + length)..];
        }
    }

    /// <summary>Makes a file's record.</summary>
    public static KeyRecord File(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong created, ulong modified, long expirationUnixNs) =>
        Make(0, key, value, created, modified, expirationUnixNs);

    /// <summary>Makes a directory's record.</summary>
    public static KeyRecord Directory(ReadOnlySpan<byte> key, ulong created, ulong modified, long expirationUnixNs) =>
        Make(DirectoryFlag, key, default, created, modified, expirationUnixNs);

    /// <summary>Makes what a delete or expire shows as its node: no value, no deadline.</summary>
    public static KeyRecord Removed(ReadOnlySpan<byte> key, bool isDirectory, ulong created, ulong modified) =>
        Make((byte)(NoValueFlag | (isDirectory ? DirectoryFlag : 0)), key, default, created, modified, 0);

    /// <summary>Takes bytes that <see cref="Bytes"/> gave; false if they are no record.</summary>
    public static bool TryFromBytes(byte[] data, out KeyRecord record)
    {
        record = default;
        if (data.Length <= KeyStart || (data[0] & ~(DirectoryFlag | ExpirationFlag | NoValueFlag)) != 0)
            return false;
        int start = KeyStart + ((data[0] & ExpirationFlag) != 0 ? 8 : 0);
        if (data.Length <= start || !Leb128.TryRead(data.AsSpan(start), out int length, out int used)
            || length > data.Length - start - used)
        {
            return false;
        }

        record = new KeyRecord(data);
        return true;
    }

    private static KeyRecord Make(
        byte flags, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong created, ulong modified, long expiration)
    {
        if (expiration != 0)
            flags |= ExpirationFlag;
        int start = KeyStart + (expiration != 0 ? 8 : 0);
        int keyLengthLength = Leb128.Length(key.Length);
        byte[] data = GC.AllocateUninitializedArray<byte>(start + keyLengthLength + key.Length + value.Length);
        data[0] = flags;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(1), modified);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(9), created);
        if (expiration != 0)
            BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(KeyStart), expiration);
        Leb128.Write(data.AsSpan(start), key.Length);
        key.CopyTo(data.AsSpan(start + keyLengthLength));
        value.CopyTo(data.AsSpan(start + keyLengthLength + key.Length));
        return new KeyRecord(data);
    }

    private ReadOnlySpan<byte> Tail() => _data.AsSpan(HasExpiration ? KeyStart + 8 : KeyStart);
}
