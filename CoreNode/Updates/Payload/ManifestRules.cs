using System.Collections;
using System.Runtime.CompilerServices;

namespace CoreNode.Updates.Payload;

/// <summary>
/// Whether a manifest can be carried out within the bounds: sizes, names, kinds of operations, data in the order of the
/// stream, extents inside the images, no block written twice.
/// </summary>
internal sealed class ManifestRules
{
    private const uint CopyMinorVersion = 2;
    private const uint XzMinorVersion = 3;
    private const uint ZeroMinorVersion = 4;
    private const uint ZstdMinorVersion = 8;

    /// <summary>The minor version of payloads with our own operations.</summary>
    public const uint OwnMinorVersion = 1000;

    private readonly PayloadManifest _manifest;
    private readonly int _majorVersion;
    private ulong _consumed;
    private int _number;

    private ManifestRules(PayloadManifest manifest, int majorVersion)
    {
        _manifest = manifest;
        _majorVersion = majorVersion;
    }

    /// <summary>Null when all is well.</summary>
    public static PayloadFault? Fault(PayloadManifest manifest, PayloadHeader header) =>
        new ManifestRules(manifest, header.MajorVersion).Judge(header);

    private PayloadFault? Judge(PayloadHeader header)
    {
        if (_manifest.BlockSize != PayloadLimits.BlockSizeBytes)
            return Bad($"has blocks of {_manifest.BlockSize} bytes; only {PayloadLimits.BlockSizeBytes} are known");
        if (_manifest.Partitions.Count == 0)
            return Bad($"names no partition");
        HashSet<string> names = [];
        foreach (PartitionUpdate partition in _manifest.Partitions)
        {
            if (!IsName(partition.Name) || !names.Add(partition.Name))
                return Bad($"has a partition with an unusable name (\"{partition.Name}\") or two with the same");
            if (JudgePartition(partition) is { } fault)
                return fault;
        }

        return JudgeSignatures(header);
    }

    private PayloadFault? JudgeSignatures(PayloadHeader header)
    {
        if (_manifest.SignaturesOffset is not { } offset)
        {
            return _majorVersion == 1 || header.SignatureBytes > 0 || _manifest.SignaturesSize > 0
                ? new(PayloadErrorCode.SignatureMissingInManifest, "the payload's manifest names no signature of it")
                : null;
        }

        if (offset != _consumed)
            return Bad($"has its signature at {offset}, but the operations' data ends at {_consumed}");
        return _manifest.SignaturesSize is 0 or > PayloadLimits.SignatureBytes
            ? Bad($"has a signature of {_manifest.SignaturesSize} bytes; 1 to {PayloadLimits.SignatureBytes} are taken")
            : null;
    }

    private PayloadFault? JudgePartition(PartitionUpdate partition)
    {
        if (partition.NewInfo.Size is 0 or > PayloadLimits.ImageBytes)
        {
            return new(
                PayloadErrorCode.NewPartitionInfo,
                Text($"partition \"{partition.Name}\" shall have {partition.NewInfo.Size} bytes, which cannot be"));
        }

        if (partition.OldInfo is { Size: > PayloadLimits.ImageBytes })
            return Bad($"comes from a partition \"{partition.Name}\" of {partition.OldInfo.Size} bytes");
        ulong blocks = (partition.NewInfo.Size - 1) / PayloadLimits.BlockSizeBytes + 1;
        ulong oldBlocks = partition.OldInfo is { } old ? old.Size / PayloadLimits.BlockSizeBytes : 0;
        BitArray written = new((int)blocks);
        for (int i = 0; i < partition.Operations.Count; i++, _number++)
        {
            InstallOperation operation = partition.Operations[i];
            PayloadFault? fault = JudgeData(operation)
                ?? JudgeDestination(operation, written)
                ?? JudgeSource(operation, oldBlocks);
            if (fault is not null)
                return fault;
        }

        return null;
    }

    private PayloadFault? JudgeData(InstallOperation operation)
    {
        if (!IsKnown(operation.Type))
        {
            return Bad(
                $"has operation {_number} of kind {(int)operation.Type}, which payloads of version "
                + $"{_majorVersion}.{_manifest.MinorVersion} do not have here");
        }

        bool hasData = operation.Type is not (OperationType.SourceCopy or OperationType.Zero or OperationType.Discard);
        if (!hasData)
            return operation.DataLength == 0 ? null : Bad($"has data for operation {_number}, which needs none");
        if (operation.DataLength is 0 or > PayloadLimits.DataBytes)
            return Bad($"has {operation.DataLength} bytes of data for operation {_number}");
        if (operation.DataOffset != _consumed)
        {
            return Bad(
                $"has the data of operation {_number} at {operation.DataOffset}, "
                + $"but the one before ends at {_consumed}");
        }

        _consumed += operation.DataLength;
        return operation.DataSha256.Length == PayloadLimits.HashBytes
            ? null
            : new(
                PayloadErrorCode.OperationHashMissing,
                Text($"the payload's manifest has no hash for the data of operation {_number}"));
    }

    private bool IsKnown(OperationType type) => type switch
    {
        OperationType.Replace or OperationType.ReplaceBz => true,
        OperationType.SourceCopy => IsFrom(CopyMinorVersion),
        // A full payload has minor version 0, and these kinds nevertheless.
        OperationType.ReplaceXz => IsFull || IsFrom(XzMinorVersion),
        OperationType.Zero or OperationType.Discard => IsFull || IsFrom(ZeroMinorVersion),
        OperationType.ReplaceZstd => IsFull || IsFrom(ZstdMinorVersion),
        OperationType.Patch => _majorVersion == 2 && _manifest.MinorVersion == OwnMinorVersion,
        _ => false,
    };

    private bool IsFull => _majorVersion == 2 && _manifest.MinorVersion == 0;

    private bool IsFrom(uint minorVersion) => _majorVersion == 2 && _manifest.MinorVersion >= minorVersion;

    private PayloadFault? JudgeSource(InstallOperation operation, ulong oldBlocks)
    {
        if (!operation.HasSource)
            return operation.SourceExtents.Length == 0 ? null : Bad($"has sources for operation {_number}");
        if (operation.SourceExtents.Length == 0)
            return Bad($"has no sources for operation {_number}");
        ulong total = 0;
        foreach (Extent extent in operation.SourceExtents)
        {
            if (!IsInside(extent, oldBlocks))
                return Bad($"reads blocks for operation {_number} that the old image does not have");
            total += extent.Count;
            if (total > PayloadLimits.OperationBytes / PayloadLimits.BlockSizeBytes)
                return Bad($"reads more than {PayloadLimits.OperationBytes} bytes for operation {_number}");
        }

        if (operation.Type == OperationType.SourceCopy && total != Extent.Blocks(operation.DestinationExtents))
            return Bad($"copies {total} blocks in operation {_number} to another number of blocks");
        byte[] hash = operation.Type == OperationType.Patch ? operation.DestinationSha256 : operation.SourceSha256;
        return hash.Length == PayloadLimits.HashBytes
            ? null
            : new(
                PayloadErrorCode.OperationHashMissing,
                Text($"the payload's manifest has no hash that proves operation {_number}'s blocks"));
    }

    private PayloadFault? JudgeDestination(InstallOperation operation, BitArray written)
    {
        if (operation.DestinationExtents.Length == 0)
            return Bad($"has nothing to write in operation {_number}");
        ulong total = 0;
        foreach (Extent extent in operation.DestinationExtents)
        {
            if (!IsInside(extent, (ulong)written.Length))
                return Bad($"writes beyond the partition's end in operation {_number}");
            total += extent.Count;
            for (int block = (int)extent.Start; block < (int)(extent.Start + extent.Count); block++)
            {
                if (written[block])
                    return Bad($"writes block {block} a second time in operation {_number}");
                written[block] = true;
            }
        }

        bool isBounded = operation.Type is not (OperationType.Zero or OperationType.Discard);
        return isBounded && total > PayloadLimits.OperationBytes / PayloadLimits.BlockSizeBytes
            ? Bad($"writes more than {PayloadLimits.OperationBytes} bytes in operation {_number}")
            : null;
    }

    private static bool IsInside(Extent extent, ulong blocks) =>
        extent.Count > 0 && extent.Start < blocks && extent.Count <= blocks - extent.Start;

    private static bool IsName(string name)
    {
        if (name.Length is 0 or > 36)
            return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
        }

        return true;
    }

    private static PayloadFault Bad(ref DefaultInterpolatedStringHandler what) =>
        new(PayloadErrorCode.ManifestParse, "the payload's manifest " + Text(ref what));

    private static string Text(ref DefaultInterpolatedStringHandler text) => text.ToStringAndClear();
}
