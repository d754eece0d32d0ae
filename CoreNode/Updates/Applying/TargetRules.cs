using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Platform.Blocks;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>Whether a payload and a slot go together.</summary>
internal static class TargetRules
{
    /// <summary>True if the payload reads what another slot holds.</summary>
    public static bool IsDelta(PayloadManifest manifest)
    {
        foreach (PartitionUpdate partition in manifest.Partitions)
        {
            for (int i = 0; i < partition.Operations.Count; i++)
            {
                if (partition.Operations[i].HasSource)
                    return true;
            }
        }

        return false;
    }

    /// <summary>A slot may be written only while no boot would take it.</summary>
    /// <exception cref="ApplyException">It may not.</exception>
    public static void CheckSlot(WorkerJob job, OpenSlot slot)
    {
        SlotAttributes attributes = slot.Partition.Attributes;
        if (job.Partition == job.SourcePartition)
            throw new ApplyException(ApplyCodes.SlotOpen, "a slot is not written while it is the one that runs");
        if (attributes.Priority > 0 || attributes.MayStart)
        {
            throw new ApplyException(
                ApplyCodes.SlotOpen,
                $"partition {slot.Partition.Number} ({slot.Partition.Label}) is {attributes}, so a boot may take it: "
                + "nothing was written; its attributes are to be cleared first");
        }
    }

    /// <summary>Whether a kernel beside the image can be taken.</summary>
    /// <param name="kernel">What the payload has.</param>
    /// <param name="path">Where it would go; empty where this machine has no place for one.</param>
    /// <exception cref="ApplyException">It cannot.</exception>
    public static void CheckKernel(PartitionUpdate kernel, string path)
    {
        if (path.Length == 0)
        {
            throw new ApplyException(
                ApplyCodes.KernelOpen,
                "the payload has a kernel beside the slot's image, and this machine has no folder for kernels "
                + "(/boot/corenode, /boot/coreos or /boot/flatcar): make one where the boot loader looks for it, or "
                + "name one that is there with --update-boot");
        }

        for (int i = 0; i < kernel.Operations.Count; i++)
        {
            if (kernel.Operations[i].HasSource)
            {
                throw new ApplyException(
                    (int)PayloadErrorCode.OperationExecution,
                    "the payload makes its kernel from an older one, which is not done here: a kernel is sent whole");
            }
        }
    }

    /// <summary>The image that the slot gets.</summary>
    /// <exception cref="ApplyException">It does not fit, or the payload has more than that.</exception>
    public static PartitionUpdate Root(PayloadManifest manifest, IBlockDevice slot)
    {
        PartitionUpdate? root = null;
        foreach (PartitionUpdate partition in manifest.Partitions)
        {
            if (partition.Name == PartitionUpdate.Root)
                root = partition;
            else if (partition.Name != PartitionUpdate.Kernel)
                throw new ApplyException(
                    (int)PayloadErrorCode.OperationExecution,
                    $"the payload has a partition \"{partition.Name}\", which this machine does not");
        }

        if (root is null)
        {
            throw new ApplyException(
                (int)PayloadErrorCode.NewPartitionInfo, "the payload has no image for the slot");
        }

        // The last MiB is the slot's own, unless the release says nothing there.
        long room = manifest.Release?.SlotMetadata.Length > 0
            ? slot.LengthBytes - SlotMetadataCodec.AreaBytes
            : slot.LengthBytes;
        ulong blocks = (root.NewInfo.Size - 1) / PayloadLimits.BlockSizeBytes + 1;
        return (long)(blocks * PayloadLimits.BlockSizeBytes) <= room ? root : throw new ApplyException(
            ApplyCodes.NoSlot,
            $"the image has {root.NewInfo.Size} bytes, and {slot.Path} has room for {room}");
    }
}
