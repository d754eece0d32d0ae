using System.Runtime.InteropServices;

namespace CoreNode.Overlay.Links;

/// <summary>Goes through the messages that were received at once.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> bytes)
{
    private const int Alignment = 4;

    private ReadOnlySpan<byte> _rest = bytes;

    public ushort Type { get; private set; }

    public ushort Flags { get; private set; }

    /// <summary>The number of the request that it answers.</summary>
    public uint Number { get; private set; }

    /// <summary>Whose request it was.</summary>
    public uint Port { get; private set; }

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>
    /// Of a message that ends a request: a negative errno, then (of an error) the header of the request or all of it,
    /// then attributes with words.
    /// </summary>
    public readonly NetlinkAnswer Answer
    {
        get
        {
            int error = Body.Length >= sizeof(int) ? unchecked(-MemoryMarshal.Read<int>(Body)) : 0;
            if (error == 0)
                return NetlinkAnswer.Done;
            string text = "";
            int start = Type == Netlink.Done ? sizeof(int) : sizeof(int) + EchoedBytes;
            if ((Flags & Netlink.HasTexts) != 0 && start <= Body.Length)
            {
                AttributeReader attributes = new(Body[start..]);
                while (attributes.Next())
                    text = attributes.Type == Netlink.ErrorText ? attributes.Text : text;
            }

            return new NetlinkAnswer(error, text);
        }
    }

    private readonly int EchoedBytes
    {
        get
        {
            if ((Flags & Netlink.Capped) != 0 || Body.Length < sizeof(int) + sizeof(uint))
                return Netlink.HeaderBytes;
            int length = (int)Math.Min(MemoryMarshal.Read<uint>(Body[sizeof(int)..]), (uint)Body.Length);
            return (length + Alignment - 1) & -Alignment;
        }
    }

    /// <summary>Goes to the next one; false at the end.</summary>
    public bool Next()
    {
        if (_rest.Length < Netlink.HeaderBytes)
            return false;
        uint length = MemoryMarshal.Read<uint>(_rest);
        if (length < Netlink.HeaderBytes || length > _rest.Length)
            return false;
        Type = MemoryMarshal.Read<ushort>(_rest[4..]);
        Flags = MemoryMarshal.Read<ushort>(_rest[6..]);
        Number = MemoryMarshal.Read<uint>(_rest[8..]);
        Port = MemoryMarshal.Read<uint>(_rest[12..]);
        Body = _rest[Netlink.HeaderBytes..(int)length];
        _rest = _rest[Math.Min(((int)length + Alignment - 1) & -Alignment, _rest.Length)..];
        return true;
    }
}
