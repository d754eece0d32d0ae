namespace CoreNode.Updates.Payload;

/// <summary>Field numbers of update_metadata.proto, and from 1000 on our own.</summary>
internal static class ManifestFields
{
    // DeltaArchiveManifest
    public const uint OldOperations = 1;
    public const uint OldNoOperations = 2;
    public const uint BlockSize = 3;
    public const uint SignaturesOffset = 4;
    public const uint SignaturesSize = 5;
    public const uint OldPartitionInfo = 8;
    public const uint NewPartitionInfo = 9;
    public const uint Procedures = 10;
    public const uint MinorVersion = 12;
    public const uint Partitions = 13;
    public const uint ReleaseVersion = 1000;
    public const uint ReleaseCounter = 1001;
    public const uint ReleaseExpiry = 1002;
    public const uint ReleaseBoard = 1003;
    public const uint ReleaseAppId = 1004;
    public const uint ReleaseMinimumCounter = 1005;
    public const uint VerityRootHash = 1006;
    public const uint VeritySalt = 1007;
    public const uint VerityHashOffset = 1008;
    public const uint KernelHash = 1009;
    public const uint SlotMetadata = 1010;

    // PartitionUpdate
    public const uint PartitionName = 1;
    public const uint PartitionOldInfo = 6;
    public const uint PartitionNewInfo = 7;
    public const uint PartitionOperations = 8;

    // InstallProcedure (major version 1)
    public const uint ProcedureType = 1;
    public const uint ProcedureOperations = 2;
    public const uint ProcedureOldInfo = 3;
    public const uint ProcedureNewInfo = 4;

    // PartitionInfo
    public const uint InfoSize = 1;
    public const uint InfoHash = 2;

    // InstallOperation
    public const uint OperationType = 1;
    public const uint DataOffset = 2;
    public const uint DataLength = 3;
    public const uint SourceExtents = 4;
    public const uint DestinationExtents = 6;
    public const uint DataHash = 8;
    public const uint SourceHash = 9;
    public const uint DestinationHash = 1000;

    // Extent
    public const uint ExtentStart = 1;
    public const uint ExtentCount = 2;

    // Signatures, Signature
    public const uint Signature = 1;
    public const uint SignatureVersion = 1;
    public const uint SignatureData = 2;
    public const uint SignatureUnpaddedSize = 3;
}
