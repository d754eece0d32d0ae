using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace CoreNode.Overlay.Links;

/// <summary>Goes through netlink attributes; stops at the first that is cut off.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> bytes)
{
    private const int Alignment = 4;
    private const int HeaderBytes = 4;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The kind, without flags.</summary>
    public int Type { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The bytes as a number of the machine's order; 0 if they are too few.</summary>
    public readonly uint Number => Value.Length >= sizeof(uint) ? MemoryMarshal.Read<uint>(Value) : 0;

    /// <summary>The same as a signed number.</summary>
    public readonly int Signed => unchecked((int)Number);

    /// <summary>The bytes as a number of the network's order; 0 if they are too few.</summary>
    public readonly uint BigNumber => Value.Length switch
    {
        >= sizeof(uint) => BinaryPrimitives.ReadUInt32BigEndian(Value),
        >= sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(Value),
        _ => 0,
    };

    /// <summary>The bytes as text, up to a zero.</summary>
    public readonly string Text =>
        Encoding.UTF8.GetString(Value.IndexOf((byte)0) is >= 0 and int end ? Value[..end] : Value);

    /// <summary>The bytes as an address; null if they are none.</summary>
    public readonly IPAddress? Address => Value.Length is 4 or 16 ? new IPAddress(Value) : null;

    /// <summary>Goes to the next one; false at the end.</summary>
    public bool Next()
    {
        if (_rest.Length < HeaderBytes)
            return false;
        int length = MemoryMarshal.Read<ushort>(_rest);
        if (length < HeaderBytes || length > _rest.Length)
            return false;
        Type = MemoryMarshal.Read<ushort>(_rest[2..]) & Netlink.TypeMask;
        Value = _rest[HeaderBytes..length];
        _rest = _rest[Math.Min((length + Alignment - 1) & -Alignment, _rest.Length)..];
        return true;
    }
}
