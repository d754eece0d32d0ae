using System.Security.Cryptography;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Images;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Images;

/// <summary>
/// An image of a disk as they are installed from, small: each partition holds a pattern, slot A data with a tree of
/// hashes that is written here from the text of the kernel's documentation, and signed metadata.
/// </summary>
internal sealed record TestImage
{
    public const int SlotNumber = 3;
    public const int SlotBytes = 3 << 20;
    public const int StateNumber = 9;
    public const int OemNumber = 6;

    private const int Block = 4096;
    private const int Mib = 2048;

    private static readonly byte[] s_salt = [1, 2, 3, 4, 5];

    public static readonly Guid StateType = new("3884dd41-8582-4404-b9a8-e9b84f2df50e");

    public string Board { get; init; } = "cloud";

    public string Version { get; init; } = "1.2.0";

    /// <summary>Blocks of data of the slot.</summary>
    public int Blocks { get; init; } = 300;

    public SlotSigner Sign { get; init; } = static _ => [new SlotSignature(new byte[] { 7 }, new byte[] { 7 })];

    /// <summary>Trusts the signature that is made unless another is said.</summary>
    public static SlotVerifier Trust => static (_, signatures) =>
        signatures.Count == 1 && signatures[0].KeyId.Span is [7] ? null : "no key that is trusted here signed it";

    /// <summary>The slot that holds something, 3 or 4.</summary>
    public int Running { get; init; } = SlotNumber;

    public bool HasSignature { get; init; } = true;

    public TestDisk Disk { get; init; } = new()
    {
        Sectors = 16 * Mib,
        DiskId = FirstBoot.UnsetDiskId,
        Partitions =
        [
            new(1, 1 * Mib, 2 * Mib - 1) { Label = "EFI-SYSTEM", Type = PartitionTypes.EfiSystem },
            new(2, 2 * Mib, 3 * Mib - 1) { Label = "BIOS-BOOT", Type = PartitionTypes.BiosBoot },
            new(3, 4 * Mib, 7 * Mib - 1) { Label = "USR-A", Attributes = TestPartition.Bits(1, 0, 1) },
            new(4, 7 * Mib, 10 * Mib - 1) { Label = "USR-B" },
            new(6, 10 * Mib, 14 * Mib - 1) { Label = "OEM", Type = Guid.Parse("0fc63daf-8483-4772-8e79-3d69d8477de4") },
            new(9, 14 * Mib, 15 * Mib - 1) { Label = "STATE", Type = StateType },
        ],
    };

    /// <summary>The whole image.</summary>
    public byte[] Build()
    {
        byte[] image = Disk.Build();
        for (int at = 0; at < 440; at++)
            image[at] = (byte)(at * 7 & 0xFF);
        int slotAt = (int)Disk.Partitions.First(one => one.Number == Running).First * Disk.SectorBytes;
        Span<byte> slot = image.AsSpan(slotAt, SlotBytes);
        byte[] tree = Tree(slot[..(Blocks * Block)], out byte[] root);
        tree.CopyTo(slot[((Blocks + 1) * Block)..]);
        slot[^SlotMetadataCodec.AreaBytes..].Clear();
        if (!HasSignature)
            return image;
        byte[] metadata = SlotMetadataCodec.Encode(
            new SlotMetadata
            {
                Version = Version,
                Counter = 12,
                Board = Board,
                Verity = new SlotVerity
                {
                    DataBlockBytes = Block,
                    HashBlockBytes = Block,
                    DataBlocks = Blocks,
                    HashOffsetBytes = (long)Blocks * Block,
                    RootHash = root,
                    Salt = s_salt,
                },
            },
            Sign);
        metadata.CopyTo(slot[^SlotMetadataCodec.AreaBytes..]);
        return image;
    }

    /// <summary>Read as an image, which must hold.</summary>
    public static InstallSource Source(byte[] image) =>
        InstallSource.OfImage(new SimulatedBlockDevice(image, 512), Trust, static (_, _, _) => { });

    /// <summary>A partition's bytes on a disk.</summary>
    public static byte[] Bytes(IBlockDevice disk, int number)
    {
        SlotDisk table = new(disk);
        using DeviceWindow window = table.Open(table.Table.Find(number)!);
        byte[] bytes = new byte[window.LengthBytes];
        window.Read(0, bytes);
        return bytes;
    }

    // Levels from the data up, and then the top first.
    private static byte[] Tree(ReadOnlySpan<byte> data, out byte[] root)
    {
        List<byte[]> levels = [];
        byte[] below = data.ToArray();
        while (below.Length > Block)
        {
            List<byte> level = [];
            for (int at = 0; at < below.Length; at += Block)
                level.AddRange(SHA256.HashData([.. s_salt, .. below[at..(at + Block)]]));
            while (level.Count % Block != 0)
                level.Add(0);
            below = [.. level];
            levels.Add(below);
        }

        root = SHA256.HashData([.. s_salt, .. below]);
        levels.Reverse();
        return [.. levels.SelectMany(one => one)];
    }
}
