using System.Globalization;
using System.Text.Json.Nodes;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Foundation;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Disks;

/// <summary>
/// Debian's cgpt, sgdisk and sfdisk judge random tables before and after we changed them: what they read is what we
/// read, they find nothing wrong, and cgpt puts slots in the order in which we put them.
/// </summary>
[TestFixture, Category("Conformance"), Parallelizable(ParallelScope.Self)]
internal sealed class OracleTests
{
    private const int Tables = 15;

    private string _cgpt = "";
    private string _sgdisk = "";
    private string _sfdisk = "";

    [OneTimeSetUp]
    public void FindPrograms()
    {
        _cgpt = TestPrograms.Cgpt();
        _sgdisk = TestPrograms.Sgdisk();
        _sfdisk = TestPrograms.Sfdisk();
    }

    [Test]
    public async Task Random_changes_leave_tables_in_which_other_tools_find_no_fault()
    {
        using TestFolder folder = new();
        for (ulong seed = 1; seed <= Tables; seed++)
        {
            Prng chance = new(seed);
            string image = await MakeAsync(folder, chance, TestPartition.SlotType);
            GptTable before = Open(image, disk => disk.Table);
            await CompareAsync(image, before, $"seed {seed}, as it was made");
            GptTable after = Open(image, disk =>
            {
                disk.Change(table => before.Partitions.Aggregate(table, (made, one) => made.With(
                    one.Number,
                    new SlotAttributes(one.Attributes.Bits ^ (chance.NextUInt64() & 0x01FF_0000_0000_0000)))));
                return disk.Table;
            });
            await CompareAsync(image, after, $"seed {seed}, after changes");
        }
    }

    [Test]
    public async Task Slots_are_put_in_the_order_in_which_cgpt_puts_them()
    {
        using TestFolder folder = new();
        SlotRule kernels = new() { Type = PartitionTypes.ChromeOsKernel };
        for (ulong seed = 1; seed <= Tables; seed++)
        {
            Prng chance = new(seed);
            string ours = await MakeAsync(folder, chance, PartitionTypes.ChromeOsKernel);
            string theirs = folder.File("theirs.img");
            for (int round = 0; round < 4; round++)
            {
                File.Copy(ours, theirs, overwrite: true);
                GptPartition[] slots = [.. kernels.Find(Open(ours, disk => disk.Table))];
                int? slot = slots.Length == 0 || chance.Chance(0.2) ? null : slots[chance.Next(slots.Length)].Number;
                SlotPriority wish = new()
                {
                    Slot = slot,
                    Highest = chance.Chance(0.3) ? chance.Next(1, 16) : null,
                    IsWithEquals = slot is not null && chance.Chance(0.3),
                };
                string[] words = Words(wish);
                await RunAsync(_cgpt, ["prioritize", .. words, theirs]);
                Open(ours, disk =>
                {
                    disk.Change(table => SlotOrder.Prioritize(table, kernels.Find(table), wish));
                    return disk.Table;
                });
                string mine = Bits(Open(ours, disk => disk.Table));
                string other = Bits(Open(theirs, disk => disk.Table));
                Assert.That(mine, Is.EqualTo(other), $"seed {seed}: {string.Join(' ', words)}");
            }
        }
    }

    [Test]
    public async Task A_damaged_copy_is_mended_as_cgpt_and_sgdisk_mend_it([Values] bool isPrimary)
    {
        using TestFolder folder = new();
        for (ulong seed = 1; seed <= 8; seed++)
        {
            Prng chance = new(seed);
            string image = await MakeAsync(folder, chance, TestPartition.SlotType);
            byte[] whole = await File.ReadAllBytesAsync(image);
            byte[] damaged = [.. whole];
            int table = isPrimary ? 512 : whole.Length - 33 * 512;
            damaged[table + chance.Next(33 * 512)] ^= (byte)(1 << chance.Next(8));
            damaged.AsSpan(isPrimary ? 512 : whole.Length - 512, 92).Reverse();
            await File.WriteAllBytesAsync(image, damaged);
            Open(image, disk => disk.Repair());
            Assert.That(await File.ReadAllBytesAsync(image), Is.EqualTo(whole), $"seed {seed}");
            await File.WriteAllBytesAsync(image, damaged);
            await RunAsync(_cgpt, ["repair", image]);
            Assert.That(Bits(Open(image, disk => disk.Table)), Is.EqualTo(Bits(whole, folder)), $"seed {seed}");
            Assert.That(Open(image, disk => disk.State.Problems()), Is.Empty, $"seed {seed}");
        }
    }

    [Test]
    public async Task A_grown_disk_is_mended_as_sgdisk_does_it()
    {
        using TestFolder folder = new();
        for (ulong seed = 1; seed <= 8; seed++)
        {
            string ours = await MakeAsync(folder, new Prng(seed), TestPartition.SlotType);
            string theirs = folder.File("theirs.img");
            using (FileStream file = File.OpenWrite(ours))
                file.SetLength(file.Length + 512 * (long)(seed * seed * 7));
            File.Copy(ours, theirs, overwrite: true);
            Open(ours, disk => disk.Repair());
            await RunAsync(_sgdisk, ["-e", theirs]);
            byte[] mine = await File.ReadAllBytesAsync(ours);
            byte[] other = await File.ReadAllBytesAsync(theirs);
            // sgdisk makes sector 0 fit the new size, which we never write.
            Assert.That(mine.AsSpan(512, 33 * 512).SequenceEqual(other.AsSpan(512, 33 * 512)), Is.True, $"seed {seed}");
            Assert.That(mine[^(33 * 512)..], Is.EqualTo(other[^(33 * 512)..]), $"seed {seed}");
            await CompareAsync(ours, Open(ours, disk => disk.Table), $"seed {seed}");
        }
    }

    private async Task CompareAsync(string image, GptTable table, string where)
    {
        ProgramResult verified = await RunAsync(_sgdisk, ["-v", image]);
        Assert.That(verified.Output, Does.Contain("No problems found"), where);
        JsonNode page = JsonNode.Parse((await RunAsync(_sfdisk, ["--json", image])).Output)!["partitiontable"]!;
        Assert.That(Guid.Parse((string)page["id"]!), Is.EqualTo(table.DiskId), where);
        Assert.That((ulong)page["firstlba"]!, Is.EqualTo(table.FirstUsable), where);
        Assert.That((ulong)page["lastlba"]!, Is.EqualTo(table.LastUsable), where);
        JsonArray partitions = page["partitions"]!.AsArray();
        Assert.That(partitions, Has.Count.EqualTo(table.Partitions.Count), where);
        foreach (JsonNode? seen in partitions)
        {
            string node = (string)seen!["node"]!;
            int digits = image.Length + (node[image.Length] == 'p' ? 1 : 0);
            int number = int.Parse(node[digits..], CultureInfo.InvariantCulture);
            GptPartition mine = table.Find(number)!;
            Assert.Multiple(() =>
            {
                Assert.That((ulong)seen["start"]!, Is.EqualTo(mine.FirstSector), where);
                Assert.That((ulong)seen["size"]!, Is.EqualTo(mine.Sectors), where);
                Assert.That(Guid.Parse((string)seen["type"]!), Is.EqualTo(mine.Type), where);
                Assert.That(Guid.Parse((string)seen["uuid"]!), Is.EqualTo(mine.Id), where);
                Assert.That((string?)seen["name"] ?? "", Is.EqualTo(mine.Label), where);
                Assert.That(Attributes((string?)seen["attrs"]), Is.EqualTo(mine.Attributes.Bits), where);
            });
        }

        foreach (GptPartition one in table.Partitions.Take(3))
        {
            string number = one.Number.ToString(CultureInfo.InvariantCulture);
            Assert.That(await AskAsync(image, number, "-P"), Is.EqualTo(one.Attributes.Priority), where);
            Assert.That(await AskAsync(image, number, "-T"), Is.EqualTo(one.Attributes.Tries), where);
            Assert.That(await AskAsync(image, number, "-S"), Is.EqualTo(one.Attributes.IsSuccessful ? 1 : 0), where);
        }
    }

    private async Task<int> AskAsync(string image, string number, string what) =>
        int.Parse((await RunAsync(_cgpt, ["show", "-i", number, what, image])).Output, CultureInfo.InvariantCulture);

    // Made by sgdisk, so that nothing of what is compared comes from us.
    private async Task<string> MakeAsync(TestFolder folder, Prng chance, Guid slotType)
    {
        string image = folder.File("ours.img");
        TestDisk drawn = RandomDisks.Draw(chance, 512, slotType);
        await using (FileStream file = File.Create(image))
            file.SetLength(drawn.Sectors * 512L);
        List<string> words = ["--clear", "--set-alignment=1", $"--disk-guid={drawn.DiskId}"];
        foreach (TestPartition one in drawn.Partitions)
        {
            words.Add($"--new={one.Number}:{one.First}:{one.Last}");
            words.Add($"--typecode={one.Number}:{one.Type}");
            words.Add($"--partition-guid={one.Number}:{one.Id}");
            words.Add($"--change-name={one.Number}:{one.Label}");
            for (int bit = 0; bit < 64; bit++)
            {
                if ((one.Attributes >> bit & 1) != 0)
                    words.Add($"--attributes={one.Number}:set:{bit}");
            }
        }

        await RunAsync(_sgdisk, [.. words, image]);
        return image;
    }

    private static string[] Words(SlotPriority wish)
    {
        List<string> words = [];
        if (wish.Slot is { } slot)
            words.AddRange(["-i", slot.ToString(CultureInfo.InvariantCulture)]);
        if (wish.Highest is { } highest)
            words.AddRange(["-P", highest.ToString(CultureInfo.InvariantCulture)]);
        if (wish.IsWithEquals)
            words.Add("-f");
        return [.. words];
    }

    // sfdisk names the lowest three bits and numbers the others: "RequiredPartition GUID:48,56".
    private static ulong Attributes(string? text)
    {
        ulong bits = 0;
        foreach (string word in (text ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            bits |= word switch
            {
                "RequiredPartition" => 1,
                "NoBlockIOProtocol" => 2,
                "LegacyBIOSBootable" => 4,
                _ => 1UL << int.Parse(word.AsSpan(word.IndexOf(':') + 1), CultureInfo.InvariantCulture),
            };
        }

        return bits;
    }

    private static T Open<T>(string image, Func<SlotDisk, T> use)
    {
        using RealBlockDevice device = RealBlockDevice.Open(image, BlockAccess.Write);
        return use(new SlotDisk(device));
    }

    private static string Bits(GptTable table) =>
        string.Join(' ', table.Partitions.Select(one => $"{one.Number}:{one.Attributes.Bits:x}"));

    private static string Bits(byte[] image, TestFolder folder)
    {
        string file = folder.File("whole.img");
        File.WriteAllBytes(file, image);
        return Bits(Open(file, disk => disk.Table));
    }

    private static async Task<ProgramResult> RunAsync(string program, string[] words)
    {
        ProgramResult result = await ProgramResult.OfAsync(program, words);
        Assert.That(result.ExitCode, Is.Zero, $"{program} {string.Join(' ', words)}: {result.Output}{result.Error}");
        return result;
    }
}
