using CoreNode.Disks;
using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>Opens a slot of a disk or image by its number.</summary>
public delegate OpenSlot SlotOpener(string disk, int partition, BlockAccess access);

/// <summary>What applying is done with; handed in.</summary>
public sealed record ApplyTools
{
    /// <summary>Whose signatures are trusted.</summary>
    public required ISignatureCheck Check { get; init; }

    /// <summary>Decompression; called from <see cref="Threads"/> threads.</summary>
    public required ICodecs Codecs { get; init; }

    /// <summary>SHA-256; called from the same.</summary>
    public required IHashes Hashes { get; init; }

    /// <summary>For the checkpoint and for kernels beside the slot.</summary>
    public required IFiles Files { get; init; }

    /// <summary>Opens slots.</summary>
    public required SlotOpener Slots { get; init; }

    /// <summary>
    /// Opens a file to read it past the page cache, by its path; used for kernels beside the slot.
    /// </summary>
    public required Func<string, IBlockDevice> OpenFile { get; init; }

    /// <summary>Bytes that a folder has room for.</summary>
    public required Func<string, long> FreeBytes { get; init; }

    /// <summary>For rates and for telling progress.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>
    /// What is another one after the machine was restarted (/proc/sys/kernel/random/boot_id): until then what was
    /// written is there, synced or not.
    /// </summary>
    public required string BootId { get; init; }

    /// <summary>Threads that unpack; 0 does everything on the caller's, one operation after the other.</summary>
    public int Threads { get; init; }

    /// <summary>So much may be written between two checkpoints that outlive a power cut.</summary>
    public int SyncBytes { get; init; } = 32 << 20;

    /// <summary>So long may pass between two of them.</summary>
    public TimeSpan SyncPause { get; init; } = TimeSpan.FromSeconds(5);
}
