#:property TargetFramework=net10.0
#:property PublishAot=false
#:property RunAnalyzers=false
#:property EnforceCodeStyleInBuild=false

// Shortens .rela.dyn of the native executable, where for each address in its data stands, in 24 bytes, to have where it
// is loaded added (docs/decisions/0040). Those in .data alone are told here in a bit each, as in a table of kind RELR,
// which older loaders do not read: startdata.c, which is linked in, reads it before anything else there runs. What is
// behind them in the file moves up by whole pages, and stays where it is in memory.
// Usage: dotnet run --file Relocations.cs -- EXECUTABLE

using static System.Buffers.Binary.BinaryPrimitives;

byte[] old = File.ReadAllBytes(args[0]);
Relocations relocations = new(old);
if (relocations.AreShort)
    return;
byte[] made = relocations.Shorten(out int count);
File.WriteAllBytes(args[0], made);
Console.WriteLine($"{args[0]}: {count} addresses in its data take {old.Length - made.Length} bytes less");

/// <summary>The addresses in a linked executable that the loader adds to: ELF, 64 bits, little-endian.</summary>
internal sealed class Relocations(byte[] file)
{
    private const int Page = 4096, SectionSize = 64, SegmentSize = 56, EntrySize = 24, StepSize = 16;
    private const int Load = 1, Relative = 8;
    private const int CallTable = 23, TableSize = 8, RelativeCount = 0x6ffffff9;

    private int SectionCount => ReadUInt16LittleEndian(file.AsSpan(60));

    private int SegmentCount => ReadUInt16LittleEndian(file.AsSpan(56));

    /// <summary>Whether that was done before, when nothing was linked since.</summary>
    public bool AreShort => ReadInt32LittleEndian(file.AsSpan(Offset(".start_data") + 16)) != 0;

    /// <summary>The file with those addresses in a table of bits.</summary>
    public byte[] Shorten(out int count)
    {
        int table = Offset(".rela.dyn"), end = table + Size(".rela.dyn");
        int calls = Offset(".rela.plt"), callSize = Size(".rela.plt"), first = FirstSegment();
        if (calls != end || calls + callSize != Value(first + 32) || Value(first + 8) != 0 || Value(first + 16) != 0)
            throw new InvalidDataException("an executable that does not begin as Relocations.cs expects it");
        byte[] made = [.. file];
        int data = Address(".data"), dataOffset = Offset(".data"), dataSize = Size(".data");
        List<int> places = [];
        MemoryStream kept = new();
        for (int at = table; at < end; at += EntrySize)
        {
            int place = Value(at);
            bool isRelative = ReadInt64LittleEndian(file.AsSpan(at + 8)) == Relative;
            if (!isRelative || place % 8 != 0 || place < data || place >= data + dataSize)
            {
                kept.Write(file.AsSpan(at, EntrySize));
                continue;
            }

            places.Add(place);
            Set(made, dataOffset + place - data, Value(at + 16));
        }

        places.Sort();
        count = places.Count;
        byte[] bits = Bits(places);
        byte[] head = [.. file.AsSpan(0, table), .. kept.ToArray(), .. file.AsSpan(calls, callSize), .. bits];
        int length = head.Length, less = (RoundUp(calls + callSize) - RoundUp(length)) / Page * Page;
        int newCalls = length - bits.Length - callSize;
        Set(made, Section(".rela.dyn") + 32, (int)kept.Length);
        Set(made, Section(".rela.plt") + 16, newCalls);
        Set(made, Section(".rela.plt") + 24, newCalls);
        SetStep(made, CallTable, newCalls);
        SetStep(made, TableSize, (int)kept.Length);
        SetStep(made, RelativeCount, Step(RelativeCount) - count);
        Set(made, first + 32, length);
        Set(made, first + 40, length);
        WriteInt32LittleEndian(made.AsSpan(Offset(".start_data") + 12), length - bits.Length);
        WriteInt32LittleEndian(made.AsSpan(Offset(".start_data") + 16), bits.Length);
        Move(made, RoundUp(calls + callSize), less);
        head.AsSpan(table).CopyTo(made.AsSpan(table));
        made.AsSpan(length, RoundUp(length) - length).Clear();
        return [.. made.AsSpan(0, RoundUp(length)), .. made.AsSpan(RoundUp(length) + less)];
    }

    // An even number is a place, and each odd one behind it has a bit for each of the 63 that follow.
    private static byte[] Bits(List<int> places)
    {
        MemoryStream bits = new();
        Span<byte> word = stackalloc byte[8];
        for (int index = 0; index < places.Count;)
        {
            long next = places[index++];
            WriteInt64LittleEndian(word, next);
            bits.Write(word);
            next += 8;
            while (index < places.Count && places[index] < next + (63 * 8))
            {
                ulong map = 1;
                for (; index < places.Count && places[index] < next + (63 * 8); index++)
                    map |= 2UL << (int)((places[index] - next) / 8);
                WriteUInt64LittleEndian(word, map);
                bits.Write(word);
                next += 63 * 8;
            }
        }

        return bits.ToArray();
    }

    // Whatever in the file's own lists is at an offset from there on, those lists included.
    private void Move(byte[] made, int from, int less)
    {
        for (int index = 0; index < SegmentCount; index++)
            MoveOne(made, Value(32) + (index * SegmentSize) + 8, from, less);
        for (int index = 0; index < SectionCount; index++)
            MoveOne(made, Value(40) + (index * SectionSize) + 24, from, less);
        MoveOne(made, 40, from, less);
    }

    private void MoveOne(byte[] made, int at, int from, int less)
    {
        if (Value(at) >= from)
            Set(made, at, Value(at) - less);
    }

    private int FirstSegment()
    {
        int segment = Value(32);
        while (ReadInt32LittleEndian(file.AsSpan(segment)) != Load)
            segment += SegmentSize;
        return segment;
    }

    // What the loader reads first: steps of a kind and a value.
    private int Step(int kind)
    {
        for (int at = Offset(".dynamic"); ; at += StepSize)
        {
            if (Value(at) == kind)
                return Value(at + 8);
        }
    }

    private void SetStep(byte[] made, int kind, int value)
    {
        for (int at = Offset(".dynamic"), end = at + Size(".dynamic"); at < end; at += StepSize)
        {
            if (Value(at) == kind)
                Set(made, at + 8, value);
        }
    }

    private int Address(string name) => Value(Section(name) + 16);

    private int Offset(string name) => Value(Section(name) + 24);

    private int Size(string name) => Value(Section(name) + 32);

    private int Section(string name)
    {
        int sections = Value(40);
        int names = Value(sections + (ReadUInt16LittleEndian(file.AsSpan(62)) * SectionSize) + 24);
        for (int index = 0; index < SectionCount; index++)
        {
            int section = sections + (index * SectionSize);
            ReadOnlySpan<byte> text = file.AsSpan(names + ReadInt32LittleEndian(file.AsSpan(section)));
            if (System.Text.Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]) == name)
                return section;
        }

        throw new InvalidDataException($"no section {name}");
    }

    private static int RoundUp(int value) => (value + Page - 1) / Page * Page;

    private int Value(int at) => (int)ReadInt64LittleEndian(file.AsSpan(at));

    private static void Set(byte[] made, int at, int value) => WriteInt64LittleEndian(made.AsSpan(at), value);
}
