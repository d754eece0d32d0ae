#:property TargetFramework=net10.0
#:property PublishAot=false
#:property RunAnalyzers=false
#:property EnforceCodeStyleInBuild=false

// Shortens .eh_frame of the native executable, where the compiler says for each method how its frame is undone
// (docs/decisions/0040). For each method it says after which instruction which register is saved, in one of a dozen
// orders: here what is saved where is said once for all methods of an order, in the entry that they share, and of a
// method only after which instruction its frame has which size. That stays as exact as it was; a register counts as
// saved from the method's first instruction on. Whoever undoes a frame in the midst of those instructions, as the
// runtime does to stop a thread, looks for the return address alone.
// What is behind it moves up in the file, by whole pages, and stays where it is in memory.
// Usage: dotnet run --file UnwindTable.cs -- EXECUTABLE

using static System.Buffers.Binary.BinaryPrimitives;

byte[] old = File.ReadAllBytes(args[0]);
Image image = new(old);
(int offset, int address, int size) = image.Find(".eh_frame");
(int tableOffset, int tableAddress, int tableSize) = image.Find(".eh_frame_hdr");
List<Frame> before = UnwindTable.Read(old.AsSpan(offset, size), address);
Dictionary<int, int> places = [];
byte[] text = UnwindTable.Write(before.ConvertAll(frame => frame.Shortened()), address, places);
List<Frame> after = UnwindTable.Read(text, address);
if (before.Count != after.Count || before.Zip(after).Any(pair => !pair.First.Says(pair.Second)))
    throw new InvalidDataException("the shorter .eh_frame says something else");
UnwindTable.Point(old.AsSpan(tableOffset, tableSize), address - tableAddress, places);
byte[] made = image.Replace(offset, size, text);
if (made.Length < old.Length)
    File.WriteAllBytes(args[0], made);
Console.WriteLine($"{args[0]}: {before.Count} methods' frames take {text.Length} bytes, and took {size}");

/// <summary>What methods share: how their entries are written, and what holds before their first instruction.</summary>
internal sealed record Common(byte[] Head, byte[] Steps)
{
    /// <summary>As the compiler of native code has it, and nobody else: with a place for what else is known.</summary>
    public bool HasData => Head[1] == 'z' && Head[2] == 'L';

    public string Key => Convert.ToHexString([.. Head, .. Steps]);
}

/// <summary>How the frame of the code at an address is undone; <c>Data</c> is where more is known of it.</summary>
internal sealed record Frame(int Place, Common Common, int Code, int Length, int Data, byte[] Steps)
{
    // DW_CFA_…: the first two have an operand in their own byte.
    private const int Advance = 0x40, Offset = 0x80, Operand = 0x3f;
    private const int Nop = 0, Advance1 = 2, Advance2 = 3;
    private const int FrameBase = 0x0c, FrameRegister = 0x0d, FrameSize = 0x0e;

    /// <summary>The same in fewer bytes; as it is where it is not the compiler's, or has unusual steps.</summary>
    public Frame Shortened()
    {
        List<byte> saved = [], rest = [];
        if (!Common.HasData || !Split(Steps, saved, rest))
            return this;
        return this with { Common = Common with { Steps = [.. Common.Steps, .. saved] }, Steps = [.. rest] };
    }

    /// <summary>Whether both come to the same: the sizes of the frame at their places, and all that is saved.</summary>
    public bool Says(Frame other) => (Code, Length, Data) == (other.Code, other.Length, other.Data)
        && Common.Head.AsSpan().SequenceEqual(other.Common.Head) && Sum().SequenceEqual(other.Sum());

    private List<byte> Sum()
    {
        List<byte> saved = [], rest = [];
        byte[] all = [.. Common.Steps, .. Steps];
        return Split(all, saved, rest) ? [.. saved, .. rest] : [.. all];
    }

    // Takes steps apart into registers that are saved, each once, and all else that there is; no other kind of step.
    private static bool Split(ReadOnlySpan<byte> steps, List<byte> saved, List<byte> rest)
    {
        HashSet<byte> registers = [];
        for (int at = 0; at < steps.Length;)
        {
            int kind = steps[at] > Operand ? steps[at] & ~Operand : steps[at];
            int end = at + 1;
            if (kind == Advance1)
                end += 1;
            else if (kind == Advance2)
                end += 2;
            else if (kind is Offset or FrameRegister or FrameSize or FrameBase)
                UnwindTable.Number(steps, ref end);
            else if (kind is not (Nop or Advance))
                return false;
            if (kind == FrameBase)
                UnwindTable.Number(steps, ref end);
            if (kind == Offset && !registers.Add(steps[at]))
                return false;
            if (kind != Nop)
                (kind == Offset ? saved : rest).AddRange(steps[at..end]);
            at = end;
        }

        return true;
    }
}

/// <summary>The section, which is a list of entries: those that are shared, and one for each piece of code.</summary>
internal static class UnwindTable
{
    // DW_EH_PE_pcrel | DW_EH_PE_sdata4: addresses as distances from where they are written.
    private const byte Distance = 0x1b;

    public static List<Frame> Read(ReadOnlySpan<byte> text, int address)
    {
        List<Frame> frames = [];
        Dictionary<int, Common> shared = [];
        int length;
        for (int at = 0; at < text.Length && (length = ReadInt32LittleEndian(text[at..])) != 0; at += 4 + length)
        {
            ReadOnlySpan<byte> entry = text.Slice(at + 4, length);
            int back = ReadInt32LittleEndian(entry);
            if (back == 0)
            {
                shared[at] = ReadCommon(entry[4..]);
                continue;
            }

            Common common = shared[at + 4 - back];
            int where = address + at + 4, steps = 12;
            int size = Number(entry, ref steps);
            int data = size == 4 ? ReadInt32LittleEndian(entry[steps..]) : 0;
            if (size != (common.HasData ? 4 : 0))
                throw new InvalidDataException($"an entry of .eh_frame with {size} bytes at its end");
            frames.Add(new Frame(
                at, common, where + 4 + ReadInt32LittleEndian(entry[4..]), ReadInt32LittleEndian(entry[8..]),
                data == 0 ? 0 : where + steps + data, entry[(steps + size)..].ToArray()));
        }

        return frames;
    }

    /// <summary>Writes them, and notes for each place where it was the one where it is now.</summary>
    public static byte[] Write(List<Frame> frames, int address, Dictionary<int, int> places)
    {
        MemoryStream text = new();
        using BinaryWriter writer = new(text);
        Dictionary<string, int> shared = [];
        foreach (Frame frame in frames)
        {
            if (!shared.TryGetValue(frame.Common.Key, out int common))
            {
                shared[frame.Common.Key] = common = (int)text.Length;
                writer.Write(4 + frame.Common.Head.Length + frame.Common.Steps.Length);
                writer.Write(0);
                writer.Write(frame.Common.Head);
                writer.Write(frame.Common.Steps);
            }

            int place = places[frame.Place] = (int)text.Length;
            int size = frame.Common.HasData ? 4 : 0;
            writer.Write(13 + size + frame.Steps.Length);
            writer.Write(place + 4 - common);
            writer.Write(frame.Code - (address + place + 8));
            writer.Write(frame.Length);
            writer.Write((byte)size);
            if (size > 0)
                writer.Write(frame.Data == 0 ? 0 : frame.Data - (address + place + 17));
            writer.Write(frame.Steps);
        }

        writer.Write(0);
        return text.ToArray();
    }

    /// <summary>Has the table of .eh_frame_hdr, sorted by code, point to where the entries are now.</summary>
    /// <param name="table">The section.</param>
    /// <param name="distance">From it to the entries.</param>
    /// <param name="places">For each place where an entry was the one where it is now.</param>
    public static void Point(Span<byte> table, int distance, Dictionary<int, int> places)
    {
        // Version 1, where the entries are, how many (4 bytes), the table: by distances from where the section begins.
        if (ReadInt32BigEndian(table) != 0x011b033b || ReadInt32LittleEndian(table[8..]) != places.Count)
            throw new InvalidDataException("an .eh_frame_hdr of a kind that UnwindTable.cs does not know");
        for (int at = 16; at < 12 + (places.Count * 8); at += 8)
            WriteInt32LittleEndian(table[at..], places[ReadInt32LittleEndian(table[at..]) - distance] + distance);
    }

    /// <summary>A number of 7 bits a byte (ULEB128).</summary>
    public static int Number(ReadOnlySpan<byte> text, ref int at)
    {
        int number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = text[at++];
            number |= (part & 0x7f) << shift;
            if (part < 0x80)
                return number;
        }
    }

    private static Common ReadCommon(ReadOnlySpan<byte> entry)
    {
        int kind = entry[1..].IndexOf((byte)0);
        string augmentation = System.Text.Encoding.ASCII.GetString(entry.Slice(1, kind));
        int at = kind + 2;
        for (int number = 0; number < 3; number++)
            Number(entry, ref at);
        int size = Number(entry, ref at);
        if (entry[0] != 1 || augmentation is not ("zR" or "zLR") || entry.Slice(at, size).ContainsAnyExcept(Distance))
            throw new InvalidDataException($"an .eh_frame of a kind that UnwindTable.cs does not know: {augmentation}");
        return new Common(entry[..(at + size)].ToArray(), entry[(at + size)..].ToArray());
    }
}

/// <summary>An executable: ELF, 64 bits, little-endian.</summary>
internal sealed class Image(byte[] file)
{
    private const int SectionSize = 64, SegmentSize = 56, Load = 1;

    private int Sections => (int)ReadInt64LittleEndian(file.AsSpan(40));

    private int Segments => (int)ReadInt64LittleEndian(file.AsSpan(32));

    private int SectionCount => ReadUInt16LittleEndian(file.AsSpan(60));

    private int SegmentCount => ReadUInt16LittleEndian(file.AsSpan(56));

    /// <summary>Where a section is in the file and in memory, and how many bytes it has.</summary>
    public (int Offset, int Address, int Size) Find(string name)
    {
        int names = Value(file, Sections + (ReadUInt16LittleEndian(file.AsSpan(62)) * SectionSize) + 24);
        for (int index = 0; index < SectionCount; index++)
        {
            int section = Sections + (index * SectionSize);
            ReadOnlySpan<byte> text = file.AsSpan(names + ReadInt32LittleEndian(file.AsSpan(section)));
            if (System.Text.Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]) == name)
                return (Value(file, section + 24), Value(file, section + 16), Value(file, section + 32));
        }

        throw new InvalidDataException($"no section {name}");
    }

    /// <summary>The file with a shorter text for a section that is the last one of its segment.</summary>
    public byte[] Replace(int offset, int size, byte[] text)
    {
        int end = offset + size, next = int.MaxValue, page = 1;
        for (int index = 0; index < SegmentCount; index++)
        {
            int segment = Segments + (index * SegmentSize);
            int start = Value(file, segment + 8);
            if (ReadInt32LittleEndian(file.AsSpan(segment)) == Load && start >= end && start < next)
                (next, page) = (start, Value(file, segment + 48));
        }

        // Where a segment is in the file and in memory differs by whole pages.
        int less = (next - (offset + text.Length)) / page * page;
        byte[] made = [.. file.AsSpan(0, next - less), .. file.AsSpan(next)];
        made.AsSpan(offset, next - less - offset).Clear();
        text.CopyTo(made, offset);
        int sections = Sections - less;
        Move(made, 40, end, less);
        for (int index = 0; index < SegmentCount; index++)
        {
            int segment = Segments + (index * SegmentSize);
            Move(made, segment + 8, end, less);
            if (Value(file, segment + 8) + Value(file, segment + 32) == end)
            {
                Set(made, segment + 32, Value(file, segment + 32) - size + text.Length);
                Set(made, segment + 40, Value(file, segment + 40) - size + text.Length);
            }
        }

        for (int index = 0; index < SectionCount; index++)
        {
            int section = sections + (index * SectionSize);
            if (Value(made, section + 24) == offset)
                Set(made, section + 32, text.Length);
            else
                Move(made, section + 24, end, less);
        }

        return made;
    }

    private static void Move(byte[] made, int at, int end, int less)
    {
        if (Value(made, at) >= end)
            Set(made, at, Value(made, at) - less);
    }

    private static int Value(byte[] bytes, int at) => (int)ReadInt64LittleEndian(bytes.AsSpan(at));

    private static void Set(byte[] bytes, int at, int value) => WriteInt64LittleEndian(bytes.AsSpan(at), value);
}
