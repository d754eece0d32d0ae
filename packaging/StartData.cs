#:property TargetFramework=net10.0
#:property PublishAot=false
#:property Optimize=true
#:property RunAnalyzers=false
#:property EnforceCodeStyleInBuild=false

// Packs what the native executable reads once at its start and never again, to build its tables of types and texts from
// (docs/decisions/0040). startdata.c, which is linked in, unpacks it to where it was in memory, before it is read, and
// gives its pages back afterwards. Of the data whole pages are packed. In the file the packed ones have their place,
// and what is behind them moves up by whole pages and stays where it is in memory: the segment that they are in
// becomes three, of which the second begins with what is packed and has room for what it unpacks to.
// Usage: dotnet run --file StartData.cs -- EXECUTABLE

using static System.Buffers.Binary.BinaryPrimitives;

StartData old = new(File.ReadAllBytes(args[0]));
if (old.IsPacked)
    return;
(int place, int size) = old.Find();
byte[] data = old.Memory(place, size).ToArray();
byte[] packed = Lz4.Pack(data);
if (!Lz4.Unpack(packed, size).AsSpan().SequenceEqual(data))
    throw new InvalidDataException("what was packed does not unpack");
File.WriteAllBytes(args[0], old.Replace(place, size, packed));
Console.WriteLine($"{args[0]}: {size} bytes of data for the start take {packed.Length}");

/// <summary>What a linked executable reads at its start: ELF, 64 bits, little-endian.</summary>
internal sealed class StartData(byte[] file)
{
    private const int Page = 4096, SectionSize = 64, SegmentSize = 56;
    private const int Load = 1, Note = 4, Property = 0x6474e553;
    private const int NoBits = 8;

    private int Sections => Value(file, 40);

    private int SectionCount => ReadUInt16LittleEndian(file.AsSpan(60));

    private int Segments => Value(file, 32);

    private int SegmentCount => ReadUInt16LittleEndian(file.AsSpan(56));

    /// <summary>Whether that was done before, when nothing was linked since.</summary>
    public bool IsPacked => ReadInt32LittleEndian(file.AsSpan(Value(file, Section(".start_data") + 24) + 8)) != 0;

    /// <summary>Where in memory the whole pages of the data begin, and how many bytes they have.</summary>
    public (int Place, int Size) Find()
    {
        int section = Section(".start_data");
        int note = Value(file, section + 24), address = Value(file, section + 16);
        int start = address + ReadInt32LittleEndian(file.AsSpan(note));
        int end = End(start), place = (start + Page - 1) / Page * Page;
        return (place, (end / Page * Page) - place);
    }

    /// <summary>What is in memory at an address.</summary>
    public ReadOnlySpan<byte> Memory(int address, int size) => file.AsSpan(Offset(address, size), size);

    /// <summary>The file with those pages packed.</summary>
    public byte[] Replace(int place, int size, byte[] packed)
    {
        int offset = Offset(place, size), room = (packed.Length + Page - 1) / Page * Page, less = size - room;
        byte[] rest = file[(offset + size)..];
        byte[] made = [.. file[..offset], .. packed, .. new byte[room - packed.Length], .. rest];
        Set(made, 40, Sections - less);
        Split(made, place, size, offset, less);
        made = Divide(made, place, size, offset, less);
        int section = Section(".start_data"), note = Value(made, section + 24 - less);
        int address = Value(file, section + 16);
        WriteInt32LittleEndian(made.AsSpan(note), place - address);
        WriteInt32LittleEndian(made.AsSpan(note + 4), size);
        WriteInt32LittleEndian(made.AsSpan(note + 8), packed.Length);
        return made;
    }

    // The segments. Two more are needed, and what they would displace is not: two that lead to a note on the kind of
    // processor, which is every one of this family.
    private void Split(byte[] made, int place, int size, int offset, int less)
    {
        List<byte[]> segments = [];
        int processor = Value(file, Section(".note.gnu.property") + 16);
        for (int index = 0; index < SegmentCount; index++)
        {
            byte[] segment = file[(Segments + (index * SegmentSize))..][..SegmentSize];
            int kind = ReadInt32LittleEndian(segment);
            if (kind == Property || (kind == Note && Value(segment, 16) == processor))
                continue;
            int from = Value(segment, 8), address = Value(segment, 16), length = Value(segment, 32);
            if (kind == Load && place >= address && place < address + length)
            {
                int end = address + length, behind = place + size;
                segments.Add(Mapped(segment, from, address, place - address, place - address));
                segments.Add(Mapped(segment, offset, place, size - less, size));
                segments.Add(Mapped(segment, offset + size - less, behind, end - behind, end - behind));
                continue;
            }

            if (from >= offset + size)
                Set(segment, 8, from - less);
            segments.Add(segment);
        }

        if (segments.Count != SegmentCount)
            throw new InvalidDataException("an executable without the two segments that StartData.cs leaves out");
        segments.SelectMany(segment => segment).ToArray().CopyTo(made, Segments);
    }

    private static byte[] Mapped(byte[] segment, int offset, int address, int length, int room)
    {
        byte[] made = [.. segment];
        Set(made, 8, offset);
        Set(made, 16, address);
        Set(made, 24, address);
        Set(made, 32, length);
        Set(made, 40, room);
        return made;
    }

    // The sections, which debuggers and the like read: what is packed, the room for the rest of it, and what is behind
    // it become three more. The first has another name too: valgrind stops where one is not as long as in the file with
    // the symbols. The list of names goes to the end of the file, where there is room for theirs.
    private byte[] Divide(byte[] made, int place, int size, int offset, int less)
    {
        int sections = Sections - less, end = sections + (SectionCount * SectionSize);
        int names = sections + (ReadUInt16LittleEndian(file.AsSpan(62)) * SectionSize);
        if (end != made.Length)
            throw new InvalidDataException("an executable that does not end with its list of sections");
        made = [.. made, .. new byte[3 * SectionSize]];
        int first = 0, packed = end, room = end + SectionSize, rest = end + (2 * SectionSize);
        for (int index = 0; index < SectionCount; index++)
        {
            Span<byte> section = made.AsSpan(sections + (index * SectionSize), SectionSize);
            int from = Value(section, 24), address = Value(section, 16), length = Value(section, 32);
            if (from >= offset + size)
            {
                Set(section, 24, from - less);
            }
            else if (place >= address && place < address + length)
            {
                first = sections + (index * SectionSize);
                Set(section, 32, place - address);
                int after = offset + size - less, behind = place + size;
                Place(section, made.AsSpan(packed), place, offset, size - less);
                Place(section, made.AsSpan(room), place + size - less, after, less);
                WriteInt32LittleEndian(made.AsSpan(room + 4), NoBits);
                Place(section, made.AsSpan(rest), behind, after, address + length - behind);
            }
        }

        WriteUInt16LittleEndian(made.AsSpan(60), (ushort)(SectionCount + 3));
        List<byte> text = [.. made.AsSpan(Value(made, names + 24), Value(made, names + 32))];
        foreach ((int section, string name) in
            new[] { (first, "first"), (packed, "packed"), (room, "room"), (rest, "rest") })
        {
            WriteInt32LittleEndian(made.AsSpan(section), text.Count);
            text.AddRange([.. System.Text.Encoding.ASCII.GetBytes(".rodata." + name), 0]);
        }

        Set(made, names + 24, made.Length);
        Set(made, names + 32, text.Count);
        return [.. made, .. text];
    }

    private static void Place(Span<byte> section, Span<byte> made, int address, int offset, int size)
    {
        section.CopyTo(made);
        Set(made, 16, address);
        Set(made, 24, offset);
        Set(made, 32, size);
    }

    // Where the data end: the runtime's header has their beginning and their end, one after the other, as addresses
    // that are put in when the executable is loaded.
    private int End(int start)
    {
        int section = Section(".rela.dyn"), offset = Value(file, section + 24), size = Value(file, section + 32);
        Dictionary<int, int> addresses = [];
        for (int at = offset; at < offset + size; at += 24)
            addresses[Value(file, at)] = Value(file, at + 16);
        return addresses
            .Where(pair => pair.Value == start)
            .Select(pair => addresses.GetValueOrDefault(pair.Key + 8))
            .Single(end => end > start);
    }

    private int Offset(int address, int size)
    {
        for (int index = 0; index < SegmentCount; index++)
        {
            int segment = Segments + (index * SegmentSize), first = Value(file, segment + 16);
            bool loaded = ReadInt32LittleEndian(file.AsSpan(segment)) == Load;
            if (loaded && address >= first && address + size <= first + Value(file, segment + 32))
                return Value(file, segment + 8) + address - first;
        }

        throw new InvalidDataException("no segment has the data");
    }

    private int Section(string name)
    {
        int names = Value(file, Sections + (ReadUInt16LittleEndian(file.AsSpan(62)) * SectionSize) + 24);
        for (int index = 0; index < SectionCount; index++)
        {
            int section = Sections + (index * SectionSize);
            ReadOnlySpan<byte> text = file.AsSpan(names + ReadInt32LittleEndian(file.AsSpan(section)));
            if (System.Text.Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]) == name)
                return section;
        }

        throw new InvalidDataException($"no section {name}");
    }

    private static int Value(ReadOnlySpan<byte> bytes, int at) => (int)ReadInt64LittleEndian(bytes[at..]);

    private static void Set(Span<byte> bytes, int at, int value) => WriteInt64LittleEndian(bytes[at..], value);
}

/// <summary>The block format of LZ4: bytes as they are, and what was there up to 64 KiB before, in turns.</summary>
internal static class Lz4
{
    private const int Shortest = 4, Farthest = 65535, Tries = 256, HashBits = 17;

    /// <summary>Packs about as tightly as the format allows: from each place the cheapest way to the end.</summary>
    public static byte[] Pack(byte[] data)
    {
        (int[] lengths, int[] distances) = Repeats(data);
        int[] costs = new int[data.Length + 1], taken = new int[data.Length + 1];
        for (int at = data.Length - 1; at >= 0; at--)
        {
            costs[at] = costs[at + 1] + 1;
            for (int length = lengths[at]; length >= Shortest; length = length > 300 ? 300 : length - 1)
            {
                int cost = costs[at + length] + 3 + More(length - Shortest);
                if (cost < costs[at])
                    (costs[at], taken[at]) = (cost, length);
            }
        }

        MemoryStream packed = new();
        int literals = 0;
        for (int at = 0; at < data.Length; at += taken[at])
        {
            while (at < data.Length && taken[at] == 0)
                at++;
            int repeated = at < data.Length ? taken[at] - Shortest : 0;
            packed.WriteByte((byte)((Math.Min(at - literals, 15) << 4) | Math.Min(repeated, 15)));
            WriteMore(packed, at - literals);
            packed.Write(data.AsSpan(literals..at));
            if (at == data.Length)
                return packed.ToArray();
            packed.WriteByte((byte)(distances[at] & 255));
            packed.WriteByte((byte)(distances[at] >> 8));
            WriteMore(packed, repeated);
            literals = at + taken[at];
        }

        packed.WriteByte(0);
        return packed.ToArray();
    }

    /// <summary>As startdata.c does it.</summary>
    public static byte[] Unpack(ReadOnlySpan<byte> packed, int size)
    {
        byte[] data = new byte[size];
        for (int from = 0, to = 0; ;)
        {
            byte token = packed[from++];
            for (int left = Length(packed, ref from, token >> 4); left > 0; left--)
                data[to++] = packed[from++];
            if (to == size)
                return from == packed.Length ? data : [];
            int back = packed[from] | (packed[from + 1] << 8);
            from += 2;
            for (int left = Length(packed, ref from, token & 15) + Shortest; left > 0; left--, to++)
                data[to] = data[to - back];
        }
    }

    // For each place the longest repeat of what is there, of those within reach.
    private static (int[] Lengths, int[] Distances) Repeats(byte[] data)
    {
        int[] lengths = new int[data.Length], distances = new int[data.Length];
        int[] last = new int[1 << HashBits], before = new int[data.Length];
        Array.Fill(last, -1);
        for (int at = 0; at + Shortest <= data.Length; at++)
        {
            uint hash = unchecked(ReadUInt32LittleEndian(data.AsSpan(at)) * 2654435761) >> (32 - HashBits);
            int tries = Tries;
            for (int other = last[hash]; other >= 0 && at - other <= Farthest && tries > 0; tries--)
            {
                int length = data.AsSpan(at).CommonPrefixLength(data.AsSpan(other));
                if (length > lengths[at])
                    (lengths[at], distances[at]) = (length, at - other);
                other = before[other];
            }

            before[at] = last[hash];
            last[hash] = at;
        }

        return (lengths, distances);
    }

    // A length from 15 on: bytes of 255 and a last one.
    private static int More(int length) => length < 15 ? 0 : 1 + ((length - 15) / 255);

    private static void WriteMore(MemoryStream packed, int length)
    {
        for (length -= 15; length >= 255; length -= 255)
            packed.WriteByte(255);
        if (length >= 0)
            packed.WriteByte((byte)length);
    }

    private static int Length(ReadOnlySpan<byte> packed, ref int from, int first)
    {
        int length = first;
        for (byte more = 255; first == 15 && more == 255; length += more)
            more = packed[from++];
        return length;
    }
}
