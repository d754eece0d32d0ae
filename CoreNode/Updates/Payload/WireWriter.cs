using System.Buffers.Binary;
using System.Text;

namespace CoreNode.Updates.Payload;

/// <summary>Writes one protobuf message: fields in the order of the calls, the same bytes for the same calls.</summary>
internal sealed class WireWriter
{
    private byte[] _buffer = new byte[256];
    private int _length;

    /// <summary>What has been written; until the next call.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Begins anew.</summary>
    public void Clear() => _length = 0;

    /// <summary>A number, also where it is zero.</summary>
    public void Number(uint field, ulong value)
    {
        Tag(field, WireKind.Varint);
        Varint(value);
    }

    /// <summary>A number, unless it is zero.</summary>
    public void NumberUnlessZero(uint field, ulong value)
    {
        if (value != 0)
            Number(field, value);
    }

    /// <summary>Four bytes whatever the value.</summary>
    public void Fixed32(uint field, uint value)
    {
        Tag(field, WireKind.Fixed32);
        BinaryPrimitives.WriteUInt32LittleEndian(Room(sizeof(uint)), value);
    }

    /// <summary>Bytes or a nested message.</summary>
    public void Bytes(uint field, ReadOnlySpan<byte> value)
    {
        Tag(field, WireKind.Bytes);
        Varint((ulong)value.Length);
        value.CopyTo(Room(value.Length));
    }

    /// <summary>Bytes, unless there are none.</summary>
    public void BytesUnlessEmpty(uint field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            Bytes(field, value);
    }

    /// <summary>A text, unless it is empty.</summary>
    public void TextUnlessEmpty(uint field, string value) => BytesUnlessEmpty(field, Encoding.UTF8.GetBytes(value));

    private void Tag(uint field, WireKind kind) => Varint((ulong)field << 3 | (uint)kind);

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Room(1)[0] = (byte)(value & 0x7F | 0x80);
            value >>= 7;
        }

        Room(1)[0] = (byte)value;
    }

    private Span<byte> Room(int length)
    {
        if (_buffer.Length - _length < length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + length));
        Span<byte> room = _buffer.AsSpan(_length, length);
        _length += length;
        return room;
    }
}
