using CoreNode.Foundation;

namespace CoreNode.Tests.Disks.Gpt;

/// <summary>Tables drawn from a seed: any number of partitions at any numbers, of two types, with any bits.</summary>
internal static class RandomDisks
{
    private static readonly Guid s_data = new("0fc63daf-8483-4772-8e79-3d69d8477de4");
    private static readonly string[] s_labels = ["", "USR-A", "ROOT", "Größe 🂡", "OEM \"x\"", new('x', 36)];

    public static TestDisk Draw(Prng chance, int sectorBytes, Guid slotType)
    {
        int entryBytes = chance.Chance(0.8) ? 128 : 256;
        TestDisk empty = new()
        {
            SectorBytes = sectorBytes,
            Sectors = (sectorBytes == 512 ? 256 : 64) + chance.Next(40),
            EntryCount = entryBytes == 256 ? 64 : 128,
            EntryBytes = entryBytes,
            DiskId = Id(chance),
        };
        List<TestPartition> partitions = [];
        ulong at = empty.FirstUsable;
        int wanted = chance.Next(1, 9);
        HashSet<int> numbers = [];
        while (partitions.Count < wanted && at + 4 < empty.LastUsable)
        {
            ulong first = at + (ulong)chance.Next(4);
            ulong last = Math.Min(first + (ulong)chance.Next(1, 12), empty.LastUsable);
            int number = chance.Next(1, chance.Chance(0.7) ? 13 : empty.EntryCount + 1);
            if (first > last || !numbers.Add(number))
                continue;
            partitions.Add(new TestPartition(number, first, last)
            {
                Type = chance.Chance(0.7) ? slotType : s_data,
                Id = Id(chance),
                Attributes = Attributes(chance),
                Label = s_labels[chance.Next(s_labels.Length)],
            });
            at = last + 1;
        }

        return empty with { Partitions = partitions };
    }

    public static Guid Id(Prng chance)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)chance.Next(256);
        return new Guid(bytes);
    }

    private static ulong Attributes(Prng chance)
    {
        // Low priorities, so that equal ones are common; sometimes all bits there are.
        ulong slot = TestPartition.Bits(
            chance.Next(chance.Chance(0.7) ? 4 : 16), chance.Next(chance.Chance(0.7) ? 3 : 16), chance.Next(2));
        return chance.Chance(0.2) ? slot | (chance.NextUInt64() & 0xFE00_0000_0000_0007) : slot;
    }
}
