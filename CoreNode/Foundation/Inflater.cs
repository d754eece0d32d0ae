namespace CoreNode.Foundation;

/// <summary>
/// Expands deflate (RFC 1951). The work is bounded by the length of the input and by the most that may come out; what
/// is wrong is an <see cref="InvalidDataException"/>, and input that ends too early leaves the range of a span.
/// </summary>
internal ref struct Inflater(ReadOnlySpan<byte> input, int mostBytes)
{
    private const int LongestCode = 15;
    private const int EndOfBlock = 256;

    // RFC 1951, 3.2.5.
    private static readonly short[] s_lengths =
    [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ];

    private static readonly byte[] s_lengthBits =
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static readonly short[] s_distances =
    [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12289, 16385, 24577,
    ];

    // RFC 1951, 3.2.7.
    private static readonly byte[] s_order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly ReadOnlySpan<byte> _input = input;
    private byte[] _output = new byte[Math.Min(mostBytes, 4096)];
    private uint _bits;
    private int _bitCount;

    /// <summary>Place in the input, in bytes.</summary>
    public int At { get; private set; }

    /// <summary>Bytes that came out.</summary>
    public int Length { get; private set; }

    /// <summary>What came out.</summary>
    public readonly ReadOnlySpan<byte> Written => _output.AsSpan(0, Length);

    /// <summary>Passes over bytes of the input.</summary>
    public void Skip(int bytes)
    {
        if (bytes > _input.Length - At)
            throw new InvalidDataException("it ends too early");
        At += bytes;
    }

    /// <summary>Expands one stream, to the byte behind its end.</summary>
    public void Inflate()
    {
        bool isLast;
        do
        {
            isLast = Bits(1) == 1;
            switch (Bits(2))
            {
                case 0:
                    Stored();
                    break;
                case 1:
                    Packed(Fixed(288, out HuffmanCode distances), distances);
                    break;
                case 2:
                    Packed(Dynamic(out distances), distances);
                    break;
                default:
                    throw new InvalidDataException("it is damaged: a block of no known kind");
            }
        }
        while (!isLast);
        _bits = 0;
        _bitCount = 0;
    }

    private uint Bits(int count)
    {
        while (_bitCount < count)
        {
            _bits |= (uint)_input[At++] << _bitCount;
            _bitCount += 8;
        }

        uint value = _bits & ((1u << count) - 1);
        _bits >>= count;
        _bitCount -= count;
        return value;
    }

    private void Stored()
    {
        _bits = 0;
        _bitCount = 0;
        int length = _input[At] | (_input[At + 1] << 8);
        if (length != (~(_input[At + 2] | (_input[At + 3] << 8)) & 0xffff))
            throw new InvalidDataException("it is damaged: the length of a block is wrong");
        At += 4;
        _input.Slice(At, length).CopyTo(Room(length));
        Length += length;
        At += length;
    }

    private void Packed(HuffmanCode literals, HuffmanCode distances)
    {
        while (true)
        {
            int symbol = Symbol(literals);
            if (symbol == EndOfBlock)
                return;
            if (symbol < EndOfBlock)
            {
                Room(1)[0] = (byte)symbol;
                Length++;
                continue;
            }

            int row = symbol - EndOfBlock - 1;
            if (row >= s_lengths.Length)
                throw new InvalidDataException("it is damaged: a length that there is not");
            int length = s_lengths[row] + (int)Bits(s_lengthBits[row]);
            int column = Symbol(distances);
            if (column >= s_distances.Length)
                throw new InvalidDataException("it is damaged: a distance that there is not");
            int distance = s_distances[column] + (int)Bits(column < 4 ? 0 : (column - 2) / 2);
            if (distance > Length)
                throw new InvalidDataException("it is damaged: a distance beyond the beginning");
            Span<byte> room = Room(length);
            // Both may overlap: byte by byte.
            for (int i = 0; i < length; i++)
                room[i] = _output[Length - distance + i];
            Length += length;
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (bytes > mostBytes - Length)
            throw new InvalidDataException($"it holds more than {mostBytes} bytes");
        if (bytes > _output.Length - Length)
            Array.Resize(ref _output, (int)Math.Min(mostBytes, Math.Max(2L * _output.Length, Length + (long)bytes)));
        return _output.AsSpan(Length);
    }

    private int Symbol(HuffmanCode code)
    {
        int value = 0;
        int first = 0;
        int index = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            value |= (int)Bits(1);
            int count = code.Counts[length];
            if (value - count < first)
                return code.Symbols[index + value - first];
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }

        throw new InvalidDataException("it is damaged: a code that there is not");
    }

    private static HuffmanCode Fixed(int symbols, out HuffmanCode distances)
    {
        byte[] lengths = new byte[symbols];
        for (int i = 0; i < symbols; i++)
            lengths[i] = (byte)(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
        byte[] ofDistances = new byte[30];
        Array.Fill(ofDistances, (byte)5);
        distances = new HuffmanCode(ofDistances);
        return new HuffmanCode(lengths);
    }

    private HuffmanCode Dynamic(out HuffmanCode distances)
    {
        int literalCount = (int)Bits(5) + 257;
        int distanceCount = (int)Bits(5) + 1;
        int orderCount = (int)Bits(4) + 4;
        byte[] lengths = new byte[s_order.Length];
        for (int i = 0; i < orderCount; i++)
            lengths[s_order[i]] = (byte)Bits(3);
        HuffmanCode code = new(lengths);
        lengths = new byte[literalCount + distanceCount];
        for (int at = 0; at < lengths.Length;)
        {
            int symbol = Symbol(code);
            if (symbol < 16)
            {
                lengths[at++] = (byte)symbol;
                continue;
            }

            if (symbol == 16 && at == 0)
                throw new InvalidDataException("it is damaged: nothing to repeat");
            byte repeated = symbol == 16 ? lengths[at - 1] : (byte)0;
            int times = symbol == 16 ? 3 + (int)Bits(2) : symbol == 17 ? 3 + (int)Bits(3) : 11 + (int)Bits(7);
            lengths.AsSpan(at, times).Fill(repeated);
            at += times;
        }

        if (lengths[EndOfBlock] == 0)
            throw new InvalidDataException("it is damaged: a block without an end");
        distances = new HuffmanCode(lengths.AsSpan(literalCount));
        return new HuffmanCode(lengths.AsSpan(0, literalCount));
    }

    // Canonical codes: how many of each length, and the symbols by length and value.
    private sealed class HuffmanCode
    {
        public HuffmanCode(ReadOnlySpan<byte> lengths)
        {
            foreach (byte length in lengths)
                Counts[length]++;
            Counts[0] = 0;
            int left = 1;
            short[] offsets = new short[LongestCode + 2];
            for (int length = 1; length <= LongestCode; length++)
            {
                left = (left << 1) - Counts[length];
                if (left < 0)
                    throw new InvalidDataException("it is damaged: too many codes");
                offsets[length + 1] = (short)(offsets[length] + Counts[length]);
            }

            Symbols = new short[lengths.Length];
            for (int i = 0; i < lengths.Length; i++)
            {
                if (lengths[i] != 0)
                    Symbols[offsets[lengths[i]]++] = (short)i;
            }
        }

        public short[] Counts { get; } = new short[LongestCode + 1];

        public short[] Symbols { get; }
    }
}
