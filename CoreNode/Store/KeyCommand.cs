using System.Buffers.Binary;
using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>
/// One write as it stands in the log: encoded where the request is parsed, decoded without allocation where it is
/// applied. Layout (docs/formats.md, "log commands", version 1): operation byte, flag byte, key length and key, value
/// length and value, then what the flags announce: previous value with its length, previous index (u64), expiration
/// (i64). Lengths are LEB128, integers little-endian.
/// </summary>
public ref struct KeyCommand
{
    private const byte DirectoryFlag = 1;
    private const byte RecursiveFlag = 2;
    private const byte RefreshFlag = 4;
    private const byte PreviousValueFlag = 8;
    private const byte PreviousIndexFlag = 16;
    private const byte ExpirationFlag = 32;

    /// <summary>What to do.</summary>
    public KeyOperation Operation { get; set; }

    /// <summary>Canonical key: "/" or "/a/b"; bytes as the client sent them, not necessarily UTF-8.</summary>
    public ReadOnlySpan<byte> Key { get; set; }

    /// <summary>The value; empty for directories.</summary>
    public ReadOnlySpan<byte> Value { get; set; }

    /// <summary>dir=true.</summary>
    public bool IsDirectory { get; set; }

    /// <summary>recursive=true, of a delete.</summary>
    public bool IsRecursive { get; set; }

    /// <summary>refresh=true: keeps the value, tells no watcher.</summary>
    public bool IsRefresh { get; set; }

    /// <summary>Condition on the value; empty means none (etcd cannot compare with the empty value).</summary>
    public ReadOnlySpan<byte> PreviousValue { get; set; }

    /// <summary>Condition on the modified index; 0 means none.</summary>
    public ulong PreviousIndex { get; set; }

    /// <summary>Deadline in nanoseconds since 1970 UTC; 0 means permanent. For Expire: the time now.</summary>
    public long ExpirationUnixNs { get; set; }

    /// <summary>The bytes for the log.</summary>
    public readonly byte[] Encode()
    {
        int length = 2 + Leb128.Length(Key.Length) + Key.Length + Leb128.Length(Value.Length) + Value.Length
            + (PreviousValue.IsEmpty ? 0 : Leb128.Length(PreviousValue.Length) + PreviousValue.Length)
            + (PreviousIndex == 0 ? 0 : 8) + (ExpirationUnixNs == 0 ? 0 : 8);
        byte[] data = GC.AllocateUninitializedArray<byte>(length);
        data[0] = (byte)Operation;
        data[1] = Flags();
        int at = 2;
        at = Put(data, at, Key);
        at = Put(data, at, Value);
        if (!PreviousValue.IsEmpty)
            at = Put(data, at, PreviousValue);
        if (PreviousIndex != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(at), PreviousIndex);
            at += 8;
        }

        if (ExpirationUnixNs != 0)
            BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(at), ExpirationUnixNs);
        return data;
    }

    /// <summary>Reads a command back. The spans point into <paramref name="data"/>.</summary>
    /// <exception cref="FormatException">The bytes are not a command that this version knows.</exception>
    public static KeyCommand Decode(ReadOnlySpan<byte> data)
    {
        if (data.Length < 4)
            throw new FormatException($"a log command of {data.Length} bytes is too short");
        byte flags = data[1];
        KeyCommand command = new()
        {
            Operation = (KeyOperation)data[0],
            IsDirectory = (flags & DirectoryFlag) != 0,
            IsRecursive = (flags & RecursiveFlag) != 0,
            IsRefresh = (flags & RefreshFlag) != 0,
        };
        ReadOnlySpan<byte> rest = data[2..];
        command.Key = Take(ref rest);
        command.Value = Take(ref rest);
        if ((flags & PreviousValueFlag) != 0)
            command.PreviousValue = Take(ref rest);
        if ((flags & PreviousIndexFlag) != 0)
            command.PreviousIndex = BinaryPrimitives.ReadUInt64LittleEndian(TakeFixed(ref rest, 8));
        if ((flags & ExpirationFlag) != 0)
            command.ExpirationUnixNs = BinaryPrimitives.ReadInt64LittleEndian(TakeFixed(ref rest, 8));
        return command;
    }

    private readonly byte Flags() => (byte)(
        (IsDirectory ? DirectoryFlag : 0) | (IsRecursive ? RecursiveFlag : 0) | (IsRefresh ? RefreshFlag : 0)
        | (PreviousValue.IsEmpty ? 0 : PreviousValueFlag) | (PreviousIndex == 0 ? 0 : PreviousIndexFlag)
        | (ExpirationUnixNs == 0 ? 0 : ExpirationFlag));

    private static int Put(byte[] data, int at, ReadOnlySpan<byte> bytes)
    {
        at += Leb128.Write(data.AsSpan(at), bytes.Length);
        bytes.CopyTo(data.AsSpan(at));
        return at + bytes.Length;
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest)
    {
        if (!Leb128.TryRead(rest, out int length, out int used) || length > rest.Length - used)
            throw new FormatException("a log command is cut off or damaged");
        ReadOnlySpan<byte> taken = rest.Slice(used, length);
        rest = rest[(used + length)..];
        return taken;
    }

    private static ReadOnlySpan<byte> TakeFixed(scoped ref ReadOnlySpan<byte> rest, int length)
    {
        if (rest.Length < length)
            throw new FormatException("a log command is cut off or damaged");
        ReadOnlySpan<byte> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
