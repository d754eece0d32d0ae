using System.Buffers.Binary;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers;

/// <summary>Puts fields one after the other into a payload of the right length.</summary>
internal ref struct PayloadWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that <paramref name="length"/> bytes take with their length.</summary>
    public static int LengthOf(int length) => Leb128.Length(length) + length;

    /// <summary>Bytes that a text takes.</summary>
    public static int LengthOf(string text) => LengthOf(Encoding.UTF8.GetByteCount(text));

    /// <summary>Bytes that a list takes.</summary>
    public static int LengthOf(IReadOnlyList<string> list)
    {
        int length = Leb128.Length(list.Count);
        foreach (string text in list)
            length += LengthOf(text);
        return length;
    }

    /// <summary>Bytes that a member takes.</summary>
    public static int LengthOf(Member member) =>
        8 + LengthOf(member.Name) + LengthOf(member.PeerUrls) + LengthOf(member.ClientUrls);

    public void U8(byte value) => _target[Length++] = value;

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_target[Length..], value);
        Length += 8;
    }

    public void I64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_target[Length..], value);
        Length += 8;
    }

    public void Count(int value) => Length += Leb128.Write(_target[Length..], value);

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Count(bytes.Length);
        bytes.CopyTo(_target[Length..]);
        Length += bytes.Length;
    }

    public void Text(string text)
    {
        Count(Encoding.UTF8.GetByteCount(text));
        Length += Encoding.UTF8.GetBytes(text, _target[Length..]);
    }

    public void List(IReadOnlyList<string> list)
    {
        Count(list.Count);
        foreach (string text in list)
            Text(text);
    }

    public void Member(Member member)
    {
        U64(member.Id.Value);
        Text(member.Name);
        List(member.PeerUrls);
        List(member.ClientUrls);
    }
}
