using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>
/// Netlink messages one after the other in one buffer (netlink(7)): header, fixed part, attributes, each padded to 4
/// bytes. Numbers have the machine's byte order if not said otherwise.
/// </summary>
internal sealed class MessageWriter
{
    private const int Alignment = 4;
    private const int AttributeHeaderBytes = 4;
    private const int FirstRoom = 4096;
    private const int LongestAddress = 16;

    private readonly List<int> _starts = [];
    private byte[] _bytes = new byte[FirstRoom];
    private int _length;

    /// <summary>How many messages there are.</summary>
    public int Count => _starts.Count;

    /// <summary>All messages.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Some of the messages, as they stand in the buffer.</summary>
    public ReadOnlySpan<byte> Part(int first, int count)
    {
        int end = first + count < _starts.Count ? _starts[first + count] : _length;
        return _bytes.AsSpan(_starts[first]..end);
    }

    /// <summary>Forgets all messages.</summary>
    public void Clear()
    {
        _starts.Clear();
        _length = 0;
    }

    /// <summary>Begins a message; its length and number are filled in later.</summary>
    public MessageWriter Begin(ushort type, ushort flags)
    {
        _starts.Add(_length);
        Span<byte> header = Take(Netlink.HeaderBytes);
        MemoryMarshal.Write(header[4..], type);
        MemoryMarshal.Write(header[6..], (ushort)(flags | Netlink.Request));
        EndMessage();
        return this;
    }

    /// <summary>Gives the messages consecutive numbers.</summary>
    public void Number(uint first)
    {
        foreach (int start in _starts)
            MemoryMarshal.Write(_bytes.AsSpan(start + 8), unchecked(first++));
    }

    /// <summary>Bytes of the fixed part.</summary>
    public MessageWriter Fixed(params ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Take(bytes.Length));
        EndMessage();
        return this;
    }

    /// <summary>A 16-bit number of the fixed part.</summary>
    public MessageWriter Fixed16(ushort value)
    {
        MemoryMarshal.Write(Take(sizeof(ushort)), value);
        EndMessage();
        return this;
    }

    /// <summary>A 32-bit number of the fixed part.</summary>
    public MessageWriter Fixed32(uint value)
    {
        MemoryMarshal.Write(Take(sizeof(uint)), value);
        EndMessage();
        return this;
    }

    /// <summary>An attribute of bytes.</summary>
    public MessageWriter Attribute(int type, ReadOnlySpan<byte> value)
    {
        int length = AttributeHeaderBytes + value.Length;
        Span<byte> room = Take((length + Alignment - 1) & -Alignment);
        MemoryMarshal.Write(room, (ushort)length);
        MemoryMarshal.Write(room[2..], (ushort)type);
        value.CopyTo(room[AttributeHeaderBytes..]);
        EndMessage();
        return this;
    }

    /// <summary>An attribute of one byte.</summary>
    public MessageWriter Attribute8(int type, byte value) => Attribute(type, [value]);

    /// <summary>An attribute of a 32-bit number.</summary>
    public MessageWriter Attribute32(int type, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(bytes, value);
        return Attribute(type, bytes);
    }

    /// <summary>An attribute of a 16-bit number in the network's byte order.</summary>
    public MessageWriter AttributeBig16(int type, ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return Attribute(type, bytes);
    }

    /// <summary>An attribute of a 32-bit number in the network's byte order.</summary>
    public MessageWriter AttributeBig32(int type, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Attribute(type, bytes);
    }

    /// <summary>An attribute of text, with a zero at its end.</summary>
    public MessageWriter Text(int type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>An attribute of an address.</summary>
    public MessageWriter Address(int type, IPAddress value)
    {
        Span<byte> bytes = stackalloc byte[LongestAddress];
        value.TryWriteBytes(bytes, out int length);
        return Attribute(type, bytes[..length]);
    }

    /// <summary>An attribute of a hardware address.</summary>
    public MessageWriter Mac(int type, MacAddress value) => Attribute(type, value.GetBytes());

    /// <summary>Begins an attribute of attributes; the place is for <see cref="Close"/>.</summary>
    public int Open(int type)
    {
        int place = _length;
        Attribute(type | Netlink.Nested, []);
        return place;
    }

    /// <summary>Ends an attribute of attributes.</summary>
    public MessageWriter Close(int place)
    {
        MemoryMarshal.Write(_bytes.AsSpan(place), checked((ushort)(_length - place)));
        return this;
    }

    private void EndMessage()
    {
        Invariant.That(_starts.Count > 0, "a message was begun");
        int start = _starts[^1];
        MemoryMarshal.Write(_bytes.AsSpan(start), (uint)(_length - start));
    }

    // Zeroed: it may be padding.
    private Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        Span<byte> room = _bytes.AsSpan(_length, count);
        room.Clear();
        _length += count;
        return room;
    }
}
