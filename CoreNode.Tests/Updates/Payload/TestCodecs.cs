using CoreNode.Foundation;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>
/// Stands in for the native codecs: one plain scheme for all kinds, each with its own first byte, whose output never
/// changes, so that it may stand in golden files. Copies come from the reference or from what was written before.
/// </summary>
internal sealed class TestCodecs : ICodecs
{
    private const int LeastMatch = 16;

    public int Decode(
        OperationType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, Span<byte> output)
    {
        if (data.IsEmpty || data[0] != FirstByte(type))
            return ICodecs.Broken;
        data = data[1..];
        int at = 0;
        while (!data.IsEmpty)
        {
            if (!TryNumber(ref data, out int literals) || literals > data.Length)
                return ICodecs.Broken;
            if (literals > output.Length - at)
                return ICodecs.TooMuch;
            data[..literals].CopyTo(output[at..]);
            at += literals;
            data = data[literals..];
            if (!TryNumber(ref data, out int length) || !TryNumber(ref data, out int from))
                return ICodecs.Broken;
            if (length > output.Length - at)
                return ICodecs.TooMuch;
            if (from > reference.Length + at)
                return ICodecs.Broken;
            for (int i = 0; i < length; i++, at++, from++)
            {
                if (from >= reference.Length + at)
                    return ICodecs.Broken;
                output[at] = from < reference.Length ? reference[from] : output[from - reference.Length];
            }
        }

        return at;
    }

    public byte[] Encode(OperationType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, int level)
    {
        byte[] all = [.. reference, .. data];
        Dictionary<ulong, int> places = [];
        List<byte> packed = [FirstByte(type)];
        for (int i = 0; i + LeastMatch <= reference.Length; i += LeastMatch)
            places[KeyOf(all, i)] = i;
        int begun = reference.Length;
        int at = begun;
        while (at + LeastMatch <= all.Length)
        {
            ulong key = KeyOf(all, at);
            int from = places.GetValueOrDefault(key, -1);
            if (at % LeastMatch == 0)
                places.TryAdd(key, at);
            int length = from < 0 || from >= at ? 0 : all.AsSpan(at).CommonPrefixLength(all.AsSpan(from));
            if (length < LeastMatch)
            {
                at++;
                continue;
            }

            Token(packed, all.AsSpan(begun, at - begun), length, from);
            at += length;
            begun = at;
        }

        Token(packed, all.AsSpan(begun), 0, 0);
        return [.. packed];
    }

    private static void Token(List<byte> packed, ReadOnlySpan<byte> literals, int length, int from)
    {
        Number(packed, literals.Length);
        packed.AddRange(literals);
        Number(packed, length);
        Number(packed, from);
    }

    private static byte FirstByte(OperationType type) => unchecked((byte)type);

    private static ulong KeyOf(byte[] bytes, int at) =>
        unchecked((BitConverter.ToUInt64(bytes, at) * 31) ^ BitConverter.ToUInt64(bytes, at + sizeof(ulong)));

    private static void Number(List<byte> packed, int value)
    {
        Span<byte> bytes = stackalloc byte[Leb128.MaxLength];
        packed.AddRange(bytes[..Leb128.Write(bytes, value)]);
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> data, out int value)
    {
        bool isRead = Leb128.TryRead(data, out value, out int used);
        data = isRead ? data[used..] : data;
        return isRead;
    }
}
