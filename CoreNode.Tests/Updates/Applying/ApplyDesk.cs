using System.Security.Cryptography;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Updates.Payload;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Payload;
using CoreNode.Updates.Payload.Creating;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>
/// A disk with two slots and a payload for the second: slot 1 runs an old image and is good; slot 2 holds another one
/// that is good, too, until the update begins.
/// </summary>
internal sealed class ApplyDesk
{
    public const int MiB = 1 << 20;
    public const int SectorBytes = 512;
    public const int SlotBytes = 5 * MiB;
    public const string Checkpoint = "/var/updates/checkpoint";
    public const string Boot = "/boot/coreos";
    public const string RunningKernelFile = Boot + "/vmlinuz-a";
    public const string KernelFile = Boot + "/vmlinuz-b";
    private const int FirstSector = 2048;

    public static readonly TestKeys Keys = new("one");

    /// <summary>Made once: packing is the slow part.</summary>
    public static readonly ApplyDesk Delta = new(isDelta: true);

    public static readonly ApplyDesk Full = new(isDelta: false);

    /// <summary>A delta with a kernel beside the image, of two operations.</summary>
    public static readonly ApplyDesk WithKernel = new(isDelta: true, hasKernel: true);

    private ApplyDesk(bool isDelta, bool hasKernel = false)
    {
        // With zeros in it and at its end, and not of whole blocks.
        byte[] kernel =
        [
            .. TestImages.Noise(21, Creation.ChunkBytes - 9000), .. new byte[20_000], .. TestImages.Noise(22, 70_000),
            .. new byte[9001],
        ];
        Kernel = hasKernel ? kernel : [];
        byte[] noise = TestImages.Noise(11, 2 * MiB);
        Old = [.. TestImages.Noise(1, 2 * MiB), .. noise[..MiB], .. new byte[MiB / 2]];
        // Moved, changed here and there, zeros, and something new with half a block at the end.
        New = [.. Old[MiB..(2 * MiB)], .. noise[..MiB], .. new byte[MiB], .. TestImages.Noise(3, (MiB / 2) + 1234)];
        for (int at = 100_000; at < MiB; at += 150_000)
            New[at] ^= 0x55;
        // Many blocks lie there already, so that there are many writes.
        Older = [.. New];
        for (int at = 0; at < Older.Length; at += 40_960)
            Older[at] ^= 0xFF;
        SlotWords = SlotMetadataCodec.Encode(Words, static _ => []);
        List<CreationImage> images = [new("root", new MemoryFile(New), isDelta ? new MemoryFile(Old) : null)];
        if (hasKernel)
            images.Add(new CreationImage("kernel", new MemoryFile(Kernel), null));
        ReleaseInfo release = TestImages.Release;
        Payload = TestImages.Payload(images, Keys, release: new ReleaseInfo
        {
            Version = release.Version,
            Counter = release.Counter,
            SlotMetadata = SlotWords,
        });
    }

    public byte[] Old { get; }

    public byte[] New { get; }

    public byte[] Older { get; }

    public byte[] Payload { get; }

    /// <summary>The new kernel beside the image; empty without.</summary>
    public byte[] Kernel { get; }

    /// <summary>The running slot's.</summary>
    public byte[] OldKernel { get; } = TestImages.Noise(23, 90_000);

    /// <summary>The target's, until it is written.</summary>
    public byte[] OlderKernel { get; } = TestImages.Noise(24, 100_000);

    /// <summary>What the new slot says of itself.</summary>
    public byte[] SlotWords { get; }

    private static SlotMetadata Words => new()
    {
        Version = "1.4.0",
        Counter = 7,
        Board = "any",
        Verity = new SlotVerity
        {
            DataBlockBytes = 4096,
            HashBlockBytes = 4096,
            DataBlocks = 10,
            HashOffsetBytes = 40960,
            RootHash = new byte[32],
            Salt = new byte[16],
        },
    };

    /// <summary>The disk before the update.</summary>
    public byte[] Disk(int slotBytes = SlotBytes)
    {
        int slotSectors = slotBytes / SectorBytes;
        TestDisk disk = new()
        {
            Sectors = FirstSector + (2 * slotSectors) + 2048,
            Partitions =
            [
                Slot(1, FirstSector, slotSectors, TestPartition.Bits(2, 0, 1)),
                Slot(2, FirstSector + slotSectors, slotSectors, TestPartition.Bits(1, 0, 1)),
            ],
        };
        byte[] image = disk.Build();
        Old.CopyTo(image, FirstSector * SectorBytes);
        Older.CopyTo(image, (FirstSector * SectorBytes) + slotBytes);
        byte[] words = SlotMetadataCodec.Encode(Words with { Version = "1.2.0", Counter = 5 }, static _ => []);
        words.CopyTo(image, (FirstSector * SectorBytes) + (2 * slotBytes) - SlotMetadataCodec.AreaBytes);
        return image;

        static TestPartition Slot(int number, int first, int sectors, ulong bits) =>
            new(number, (ulong)first, (ulong)(first + sectors - 1))
            {
                Attributes = bits,
                Label = number == 1 ? "USR-A" : "USR-B",
            };
    }

    /// <summary>The bytes of a slot in an image.</summary>
    public static ReadOnlySpan<byte> SlotOf(ReadOnlySpan<byte> disk, int number) =>
        disk.Slice((FirstSector * SectorBytes) + ((number - 1) * SlotBytes), SlotBytes);

    /// <summary>A job on this payload.</summary>
    public WorkerJob Job(WorkerStep step, bool isResumed = false) => new()
    {
        Step = step,
        Url = "/payload",
        TrustFolder = "/keys",
        Checkpoint = Checkpoint,
        Kernel = Kernel.Length > 0 ? KernelFile : "",
        Partition = 2,
        SourcePartition = 1,
        IsResumed = isResumed,
        MetadataSha256 = step == WorkerStep.Metadata ? "" : MetadataSha256(Payload),
    };

    /// <summary>How a payload's metadata is named.</summary>
    public static string MetadataSha256(byte[] payload)
    {
        VerifiedPayload verified = WholePayload.TryInspect(new MemoryFile(payload), FastHashes.Instance, out _)!;
        return Convert.ToHexStringLower(SHA256.HashData(payload.AsSpan(0, verified.Header.MetadataBytes)));
    }

    /// <summary>Where the first operation's data is.</summary>
    public static int DataStart(byte[] payload) =>
        WholePayload.TryInspect(new MemoryFile(payload), FastHashes.Instance, out _)!.Header.DataStart;

    /// <summary>Works with a disk and files.</summary>
    public static ApplyTools Tools(IBlockDevice disk, IFiles files, string boot = "one") => new()
    {
        Check = Keys,
        Codecs = new TestCodecs(),
        Hashes = FastHashes.Instance,
        Files = files,
        Slots = (_, number, _) => OpenSlot.In(disk, number, isOwned: false),
        OpenFile = path => new SimulatedBlockDevice(BytesOf(files, path), 1),
        FreeBytes = static _ => long.MaxValue / 2,
        Time = TimeProvider.System,
        BootId = boot,
        SyncBytes = 64 << 10,
        SyncPause = TimeSpan.FromHours(1),
    };

    /// <summary>Does a job to its end.</summary>
    public static async Task<WorkerLine> WorkAsync(
        WorkerJob job, ApplyTools tools, IPayloadSource source, Action<WorkerLine>? tell = null)
    {
        using WorkControl control = new(TimeProvider.System, 0);
        return await new UpdateWork(job, tools, source, control, tell ?? (static _ => { })).RunAsync();
    }

    /// <summary>The target is no slot to boot, and says nothing of itself.</summary>
    public static void Prepare(IBlockDevice disk)
    {
        SlotDisk slots = new(disk);
        slots.Change(table => SlotOrder.MarkEmpty(table, table.Find(2)!));
        SlotFinish.Clear(slots, 2);
    }

    /// <summary>The target is complete and is booted next.</summary>
    public static void Finish(IBlockDevice disk, ReadOnlySpan<byte> words)
    {
        SlotDisk slots = new(disk);
        SlotFinish.Write(slots, 2, words);
        slots.Change(table => SlotOrder.MarkForTrial(table, new SlotRule(), 2, 1));
    }

    /// <summary>The whole of an update, as the client does it.</summary>
    public async Task UpdateAsync(IBlockDevice disk, IFiles files, string boot, bool isResumed)
    {
        ApplyTools tools = Tools(disk, files, boot);
        Prepare(disk);
        WorkerLine applied = await WorkAsync(
            Job(WorkerStep.Apply, isResumed), tools, new MemorySource(Payload));
        Assert.That(applied, Is.InstanceOf<WorkerLine.Applied>(), applied.ToString());
        WorkerLine verified = await WorkAsync(Job(WorkerStep.Verify), tools, new MemorySource(Payload));
        Assert.That(verified, Is.InstanceOf<WorkerLine.Verified>(), verified.ToString());
        Finish(disk, ((WorkerLine.Verified)verified).SlotMetadata.Span);
    }

    /// <summary>A new simulated disk.</summary>
    public SimulatedBlockDevice Device(ReadOnlySpan<byte> image) => new(image, SectorBytes);

    /// <summary>Files with the kernels of both slots, where this payload has one.</summary>
    public SimulatedFiles MachineFiles()
    {
        SimulatedFiles files = Files();
        if (Kernel.Length > 0)
        {
            files.Put(RunningKernelFile, OldKernel);
            files.Put(KernelFile, OlderKernel);
        }

        return files;
    }

    private static byte[] BytesOf(IFiles files, string path)
    {
        using IFile file = files.Open(path, create: false);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    /// <summary>Files without anything in them.</summary>
    public static SimulatedFiles Files(ulong seed = 1) => new(new Prng(seed));
}
