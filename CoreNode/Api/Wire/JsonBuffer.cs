using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Api.Wire;

/// <summary>
/// Growing byte buffer that JSON is written into, byte for byte as Go's encoding/json writes it: &lt; &gt; &amp; and
/// U+2028/9 escaped, each byte that is not UTF-8 as <c>\ufffd</c>, everything else raw. System.Text.Json escapes more
/// and repairs bad UTF-8 by another rule, so clients that compare bytes would see a difference. One thread at a time.
/// </summary>
public sealed class JsonBuffer : IBufferWriter<byte>
{
    private const int LongestNumber = 20;

    // All bytes that Go does not copy as they are, and all that may start a multi-byte character.
    private static readonly SearchValues<byte> s_special = SearchValues.Create(SpecialBytes());

    private byte[] _bytes;

    /// <summary>Makes an empty buffer with room for <paramref name="capacity"/> bytes.</summary>
    public JsonBuffer(int capacity) => _bytes = new byte[capacity];

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that it can hold without growing.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What was written, valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Forgets everything written; gives back the memory beyond <paramref name="keepBytes"/>.</summary>
    public void Clear(int keepBytes = int.MaxValue)
    {
        Length = 0;
        if (_bytes.Length > keepBytes)
            _bytes = new byte[keepBytes];
    }

    /// <summary>Goes back to an earlier <see cref="Length"/>.</summary>
    public void Truncate(int length)
    {
        Invariant.That(length >= 0 && length <= Length, "a buffer is only cut inside what was written");
        Length = length;
    }

    /// <summary>Overwrites one byte that was written before.</summary>
    public void ReplaceAt(int position, byte value)
    {
        Invariant.That(position < Length, "only what was written is replaced");
        _bytes[position] = value;
    }

    /// <summary>Copies bytes that are JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes a number.</summary>
    public void Number(ulong value)
    {
        Utf8Formatter.TryFormat(value, Reserve(LongestNumber), out int written);
        Length += written;
    }

    /// <summary>Writes a number.</summary>
    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(LongestNumber), out int written);
        Length += written;
    }

    /// <summary>Writes a time as milliseconds with up to four decimals.</summary>
    public void Milliseconds(TimeSpan time) => Raw(Encoding.ASCII.GetBytes(
        (time.Ticks / (decimal)TimeSpan.TicksPerMillisecond).ToString("0.####", CultureInfo.InvariantCulture)));

    /// <summary>Writes a string with its quotes; <paramref name="text"/> need not be UTF-8.</summary>
    public void Quoted(ReadOnlySpan<byte> text)
    {
        Span<byte> target = Reserve(text.Length + 2);
        target[0] = (byte)'"';
        int special = text.IndexOfAny(s_special);
        if (special >= 0)
        {
            Length++;
            Escape(text, special);
            Raw("\""u8);
            return;
        }

        text.CopyTo(target[1..]);
        target[text.Length + 1] = (byte)'"';
        Length += text.Length + 2;
    }

    /// <summary>Writes a string with its quotes.</summary>
    public void Quoted(string text) => Quoted(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public void Advance(int count)
    {
        Invariant.That(count >= 0 && count <= _bytes.Length - Length, "no more is written than was reserved");
        Length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(Length);
    }

    private static byte[] SpecialBytes()
    {
        List<byte> special = [(byte)'"', (byte)'\\', (byte)'<', (byte)'>', (byte)'&'];
        for (int b = 0; b < 0x20; b++)
            special.Add((byte)b);
        for (int b = 0x80; b <= 0xFF; b++)
            special.Add((byte)b);
        return [.. special];
    }

    private void Escape(ReadOnlySpan<byte> text, int special)
    {
        while (special >= 0)
        {
            Raw(text[..special]);
            text = text[special..];
            text = text[(text[0] < 0x80 ? EscapeAscii(text[0]) : EscapeRune(text))..];
            special = text.IndexOfAny(s_special);
        }

        Raw(text);
    }

    private int EscapeAscii(byte b)
    {
        switch (b)
        {
            case (byte)'"':
                Raw("\\\""u8);
                break;
            case (byte)'\\':
                Raw("\\\\"u8);
                break;
            case (byte)'\n':
                Raw("\\n"u8);
                break;
            case (byte)'\r':
                Raw("\\r"u8);
                break;
            case (byte)'\t':
                Raw("\\t"u8);
                break;
            default:
                Raw("\\u00"u8);
                Raw([HexDigit(b >> 4), HexDigit(b & 0xF)]);
                break;
        }

        return 1;
    }

    // Go's decoder calls every byte of a broken sequence an error of its own; .NET's takes the longest valid start as
    // one. The bytes after the first are continuation bytes then, which Go would refuse one by one.
    private int EscapeRune(ReadOnlySpan<byte> text)
    {
        if (Rune.DecodeFromUtf8(text, out Rune rune, out int used) != OperationStatus.Done)
        {
            for (int i = 0; i < used; i++)
                Raw("\\ufffd"u8);
        }
        else if (rune.Value == 0x2028)
        {
            Raw("\\u2028"u8);
        }
        else if (rune.Value == 0x2029)
        {
            Raw("\\u2029"u8);
        }
        else
        {
            Raw(text[..used]);
        }

        return used;
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    private void Grow(int count)
    {
        long length = Math.Max(_bytes.Length * 2L, (long)Length + count);
        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, length));
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        return _bytes.AsSpan(Length);
    }
}
