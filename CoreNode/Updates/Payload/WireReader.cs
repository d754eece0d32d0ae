using System.Buffers.Binary;

namespace CoreNode.Updates.Payload;

/// <summary>
/// Reads the fields of one protobuf message from bytes at hand (protobuf.dev/programming-guides/encoding): each
/// <see cref="Next"/> is one field with its value. Bad bytes end it with <see cref="IsBroken"/>, never with an
/// exception; nothing is copied.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private const int MaxVarintBytes = 10;
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the field that was read last.</summary>
    public uint Field { get; private set; }

    /// <summary>How its value was written.</summary>
    public WireKind Kind { get; private set; }

    /// <summary>Its value, unless it is <see cref="Bytes"/>.</summary>
    public ulong Value { get; private set; }

    /// <summary>Its bytes, or nested message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The message is cut off or no message.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Reads a field; false at the end and for broken bytes.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty || IsBroken)
            return false;
        if (!TryVarint(out ulong tag) || tag >> 3 is 0 or > 0x1FFF_FFFF)
            return Break();
        Field = (uint)(tag >> 3);
        Kind = (WireKind)(tag & 7);
        Bytes = default;
        switch (Kind)
        {
            case WireKind.Varint:
                if (!TryVarint(out ulong value))
                    return Break();
                Value = value;
                return true;
            case WireKind.Fixed64:
                return TryFixed(sizeof(ulong));
            case WireKind.Fixed32:
                return TryFixed(sizeof(uint));
            case WireKind.Bytes:
                if (!TryVarint(out ulong length) || length > (ulong)_rest.Length)
                    return Break();
                Bytes = _rest[..(int)length];
                _rest = _rest[(int)length..];
                return true;
            default: // groups are gone from the format since 2008
                return Break();
        }
    }

    private bool TryFixed(int length)
    {
        if (_rest.Length < length)
            return Break();
        Value = length == sizeof(uint)
            ? BinaryPrimitives.ReadUInt32LittleEndian(_rest)
            : BinaryPrimitives.ReadUInt64LittleEndian(_rest);
        _rest = _rest[length..];
        return true;
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < _rest.Length && i < MaxVarintBytes; i++)
        {
            byte part = _rest[i];
            if (i == MaxVarintBytes - 1 && part > 1)
                return false;
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private bool Break()
    {
        IsBroken = true;
        return false;
    }
}
