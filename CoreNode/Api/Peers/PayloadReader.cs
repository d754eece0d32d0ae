using System.Buffers.Binary;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers;

/// <summary>
/// Takes fields one after the other off a payload. What is cut off or out of range makes <see cref="IsGood"/> false,
/// and every field after it empty; so the caller asks once, at the end.
/// </summary>
internal struct PayloadReader(ReadOnlyMemory<byte> payload)
{
    private ReadOnlyMemory<byte> _rest = payload;
    private bool _isBad;

    /// <summary>True if every field was there and nothing is left.</summary>
    public readonly bool IsGood => !_isBad && _rest.IsEmpty;

    /// <summary>A byte in that range.</summary>
    public byte U8(byte lowest = 0, byte highest = byte.MaxValue)
    {
        ReadOnlySpan<byte> bytes = Take(1).Span;
        if (bytes.IsEmpty)
            return 0;
        _isBad |= bytes[0] < lowest || bytes[0] > highest;
        return bytes[0];
    }

    public ulong U64()
    {
        ReadOnlySpan<byte> bytes = Take(8).Span;
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public long I64()
    {
        ReadOnlySpan<byte> bytes = Take(8).Span;
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>A number of items, of which each takes at least so many bytes: never more than can be there.</summary>
    public int Count(int leastItemBytes, int most = int.MaxValue)
    {
        int count = Length();
        if (count <= most && count <= _rest.Length / leastItemBytes)
            return count;
        _isBad = true;
        return 0;
    }

    /// <summary>Bytes with their length; they point into the payload.</summary>
    public ReadOnlyMemory<byte> Bytes() => Take(Length());

    public string Text() => Encoding.UTF8.GetString(Bytes().Span);

    public string[] List()
    {
        string[] list = new string[Count(1, MaxListed)];
        for (int i = 0; i < list.Length; i++)
            list[i] = Text();
        return list;
    }

    public Member Member() => new(new NodeId(U64()), Text(), List(), List());

    // URLs of a member; far more than anybody has.
    private const int MaxListed = 1000;

    private int Length()
    {
        if (!_isBad && Leb128.TryRead(_rest.Span, out int value, out int used))
        {
            _rest = _rest[used..];
            return value;
        }

        _isBad = true;
        return 0;
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (_isBad || length > _rest.Length)
        {
            _isBad = true;
            return default;
        }

        ReadOnlyMemory<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
