using System.Runtime.CompilerServices;
using System.Text;
using F = CoreNode.Updates.Payload.ManifestFields;

namespace CoreNode.Updates.Payload;

/// <summary>
/// Bytes to a manifest, of both major versions. What it gives is well-formed; whether it makes sense is
/// <see cref="ManifestRules"/>' to say. Fields that are not known are passed over. Takes a bounded amount of memory.
/// </summary>
internal sealed class ManifestReader
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly ManifestBuilder _manifest;
    private Extent[] _extents = new Extent[16];
    private int _operationCount;
    private int _extentCount;
    private PayloadFault? _fault;

    // For one operation alone.
    private ManifestReader() => _manifest = null!;

    private ManifestReader(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        _manifest = new ManifestBuilder(bytes);
    }

    /// <summary>Null and the fault for bytes that are no manifest or go beyond the bounds.</summary>
    /// <param name="bytes">Are kept by what is read, and must not change.</param>
    /// <param name="majorVersion">1 or 2.</param>
    /// <param name="fault">What is wrong.</param>
    public static PayloadManifest? TryRead(ReadOnlyMemory<byte> bytes, int majorVersion, out PayloadFault? fault)
    {
        ManifestReader reader = new(bytes);
        reader.ReadManifest(bytes.Span, majorVersion);
        fault = reader._fault;
        return fault is null ? reader._manifest.ToManifest() : null;
    }

    /// <summary>An operation that <see cref="TryRead"/> found good.</summary>
    public static InstallOperation OperationIn(ReadOnlySpan<byte> message) =>
        new ManifestReader().ReadOperation(message)!;

    private void ReadManifest(ReadOnlySpan<byte> bytes, int majorVersion)
    {
        WireReader fields = new(bytes);
        while (_fault is null && fields.Next())
        {
            if (fields.Field >= F.ReleaseVersion)
                ReadRelease(ref fields);
            else if (majorVersion == 1)
                ReadField1(ref fields);
            else
                ReadField2(ref fields);
        }

        if (fields.IsBroken)
            Fail("is no protobuf message");
    }

    private void ReadField2(ref WireReader fields)
    {
        switch (fields.Field)
        {
            case F.Partitions:
                if (_manifest.Partitions.Count == PayloadLimits.Partitions)
                    Fail(Text($"has more than {PayloadLimits.Partitions} partitions"));
                else if (ReadPartition(Message(ref fields)) is { } partition)
                    _manifest.Partitions.Add(partition);
                break;
            case F.OldOperations or F.Procedures or F.OldPartitionInfo or F.NewPartitionInfo:
                Fail("has fields of major version 1 in a payload of version 2");
                break;
            default:
                ReadCommonField(ref fields);
                break;
        }
    }

    private void ReadField1(ref WireReader fields)
    {
        switch (fields.Field)
        {
            case F.OldOperations:
                AddOperation(_manifest.Operations, Message(ref fields));
                break;
            case F.OldPartitionInfo:
                _manifest.OldInfo = ReadInfo(Message(ref fields));
                break;
            case F.NewPartitionInfo:
                _manifest.NewInfo = ReadInfo(Message(ref fields));
                break;
            case F.Procedures:
                if (_manifest.Partitions.Count == PayloadLimits.Partitions)
                    Fail(Text($"has more than {PayloadLimits.Partitions} procedures"));
                else if (ReadProcedure(Message(ref fields)) is { } procedure)
                    _manifest.Partitions.Add(procedure);
                break;
            default:
                ReadCommonField(ref fields);
                break;
        }
    }

    private void ReadCommonField(ref WireReader fields)
    {
        switch (fields.Field)
        {
            case F.BlockSize:
                _manifest.BlockSize = Number32(ref fields);
                break;
            case F.SignaturesOffset:
                _manifest.SignaturesOffset = Number(ref fields);
                break;
            case F.SignaturesSize:
                _manifest.SignaturesSize = Number(ref fields);
                break;
            case F.MinorVersion:
                _manifest.MinorVersion = Number32(ref fields);
                break;
        }
    }

    private void ReadRelease(ref WireReader fields)
    {
        switch (fields.Field)
        {
            case F.ReleaseVersion:
                _manifest.Version = ShortText(ref fields);
                break;
            case F.ReleaseCounter:
                _manifest.Counter = Number(ref fields);
                break;
            case F.ReleaseExpiry:
                _manifest.Expiry = Number(ref fields);
                break;
            case F.ReleaseBoard:
                _manifest.Board = ShortText(ref fields);
                break;
            case F.ReleaseAppId:
                _manifest.AppId = ShortText(ref fields);
                break;
            case F.ReleaseMinimumCounter:
                _manifest.MinimumCounter = Number(ref fields);
                break;
            case F.VerityRootHash:
                _manifest.VerityRootHash = Hash(ref fields);
                break;
            case F.VeritySalt:
                _manifest.VeritySalt = Message(ref fields).ToArray();
                if (_manifest.VeritySalt.Length > PayloadLimits.TextBytes)
                    Fail("has a salt that is too long");
                break;
            case F.VerityHashOffset:
                _manifest.VerityHashOffset = Number(ref fields);
                break;
            case F.KernelHash:
                if (_manifest.KernelHashes.Count == PayloadLimits.Kernels)
                    Fail("names too many kernels");
                else
                    _manifest.KernelHashes.Add(Hash(ref fields));
                break;
            case F.SlotMetadata:
                _manifest.SlotMetadata = Message(ref fields).ToArray();
                if (_manifest.SlotMetadata.Length > PayloadLimits.SlotMetadataBytes)
                    Fail("says too much of the slot");
                break;
        }
    }

    private PartitionUpdate? ReadPartition(ReadOnlySpan<byte> bytes)
    {
        string name = "";
        PartitionInfo? oldInfo = null;
        PartitionInfo? newInfo = null;
        WireOperations operations = new(_bytes, bytes, F.PartitionOperations);
        WireReader fields = new(bytes);
        while (_fault is null && fields.Next())
        {
            switch (fields.Field)
            {
                case F.PartitionName:
                    name = ShortText(ref fields);
                    break;
                case F.PartitionOldInfo:
                    oldInfo = ReadInfo(Message(ref fields));
                    break;
                case F.PartitionNewInfo:
                    newInfo = ReadInfo(Message(ref fields));
                    break;
                case F.PartitionOperations:
                    AddOperation(operations, Message(ref fields));
                    break;
            }
        }

        return Partition(fields.IsBroken, name, oldInfo, newInfo, operations);
    }

    private PartitionUpdate? ReadProcedure(ReadOnlySpan<byte> bytes)
    {
        ulong type = 0;
        PartitionInfo? oldInfo = null;
        PartitionInfo? newInfo = null;
        WireOperations operations = new(_bytes, bytes, F.ProcedureOperations);
        WireReader fields = new(bytes);
        while (_fault is null && fields.Next())
        {
            switch (fields.Field)
            {
                case F.ProcedureType:
                    type = Number(ref fields);
                    break;
                case F.ProcedureOldInfo:
                    oldInfo = ReadInfo(Message(ref fields));
                    break;
                case F.ProcedureNewInfo:
                    newInfo = ReadInfo(Message(ref fields));
                    break;
                case F.ProcedureOperations:
                    AddOperation(operations, Message(ref fields));
                    break;
            }
        }

        string name = type == 0 ? PartitionUpdate.Kernel : Text($"procedure-{type}");
        return Partition(fields.IsBroken, name, oldInfo, newInfo, operations);
    }

    private PartitionUpdate? Partition(
        bool isBroken, string name, PartitionInfo? oldInfo, PartitionInfo? newInfo, WireOperations operations)
    {
        if (isBroken)
            Fail("has a partition that is no protobuf message");
        else if (newInfo is null)
            Fail(PayloadErrorCode.NewPartitionInfo, $"does not say what partition \"{name}\" must be in the end");
        return _fault is not null || newInfo is null
            ? null
            : new PartitionUpdate { Name = name, OldInfo = oldInfo, NewInfo = newInfo, Operations = operations };
    }

    private PartitionInfo? ReadInfo(ReadOnlySpan<byte> bytes)
    {
        ulong size = 0;
        byte[] hash = [];
        WireReader fields = new(bytes);
        while (_fault is null && fields.Next())
        {
            switch (fields.Field)
            {
                case F.InfoSize:
                    size = Number(ref fields);
                    break;
                case F.InfoHash:
                    hash = Hash(ref fields);
                    break;
            }
        }

        if (fields.IsBroken || (_fault is null && hash.Length == 0))
            Fail(PayloadErrorCode.NewPartitionInfo, "describes a partition without size and hash");
        return new PartitionInfo(size, hash);
    }

    private void AddOperation(WireOperations operations, ReadOnlySpan<byte> bytes)
    {
        if (++_operationCount > PayloadLimits.Operations)
            Fail(Text($"has more than {PayloadLimits.Operations} operations"));
        else if (ReadOperation(bytes) is not null)
            operations.Add(bytes);
    }

    private InstallOperation? ReadOperation(ReadOnlySpan<byte> bytes)
    {
        ulong type = 0;
        ulong offset = 0;
        ulong length = 0;
        byte[] data = [];
        byte[] source = [];
        byte[] destination = [];
        WireReader fields = new(bytes);
        while (_fault is null && fields.Next())
        {
            switch (fields.Field)
            {
                case F.OperationType:
                    type = Number32(ref fields);
                    break;
                case F.DataOffset:
                    offset = Number(ref fields);
                    break;
                case F.DataLength:
                    length = Number(ref fields);
                    break;
                case F.DataHash:
                    data = Hash(ref fields);
                    break;
                case F.SourceHash:
                    source = Hash(ref fields);
                    break;
                case F.DestinationHash:
                    destination = Hash(ref fields);
                    break;
            }
        }

        if (fields.IsBroken)
            Fail(Text($"has an operation (number {_operationCount - 1}) that is no protobuf message"));
        if (_fault is not null)
            return null;
        InstallOperation operation = new()
        {
            Type = type <= int.MaxValue ? (OperationType)(int)type : (OperationType)(-1),
            DataOffset = offset,
            DataLength = length,
            SourceExtents = ReadExtents(bytes, F.SourceExtents),
            DestinationExtents = ReadExtents(bytes, F.DestinationExtents),
            DataSha256 = data,
            SourceSha256 = source,
            DestinationSha256 = destination,
        };
        return _fault is null ? operation : null;
    }

    // The operation is known to be a whole message.
    private Extent[] ReadExtents(ReadOnlySpan<byte> operation, uint field)
    {
        int count = 0;
        WireReader fields = new(operation);
        while (_fault is null && fields.Next())
        {
            if (fields.Field != field)
                continue;
            if (++_extentCount > PayloadLimits.Extents)
                Fail(Text($"has more than {PayloadLimits.Extents} extents"));
            if (count == _extents.Length)
                Array.Resize(ref _extents, count * 2);
            _extents[count++] = ReadExtent(Message(ref fields));
        }

        return _extents.AsSpan(0, count).ToArray();
    }

    private Extent ReadExtent(ReadOnlySpan<byte> bytes)
    {
        ulong start = 0;
        ulong count = 0;
        WireReader fields = new(bytes);
        while (fields.Next())
        {
            if (fields.Field == F.ExtentStart)
                start = Number(ref fields);
            else if (fields.Field == F.ExtentCount)
                count = Number(ref fields);
        }

        if (fields.IsBroken)
            Fail("has an extent that is no protobuf message");
        return new Extent(start, count);
    }

    private ReadOnlySpan<byte> Message(ref WireReader fields)
    {
        if (fields.Kind != WireKind.Bytes)
            Fail(Text($"has a number where field {fields.Field} is a message"));
        return fields.Bytes;
    }

    private ulong Number(ref WireReader fields)
    {
        if (fields.Kind == WireKind.Varint)
            return fields.Value;
        Fail(Text($"has no number in field {fields.Field}"));
        return 0;
    }

    private uint Number32(ref WireReader fields)
    {
        ulong number = Number(ref fields);
        if (number <= uint.MaxValue)
            return (uint)number;
        Fail(Text($"has {number} in field {fields.Field}, which has 32 bits"));
        return 0;
    }

    private byte[] Hash(ref WireReader fields)
    {
        ReadOnlySpan<byte> hash = Message(ref fields);
        if (hash.Length == PayloadLimits.HashBytes)
            return hash.ToArray();
        Fail(Text($"has {hash.Length} bytes for a SHA-256"));
        return [];
    }

    // Goes to terminals, logs and paths: printable ASCII only.
    private string ShortText(ref WireReader fields)
    {
        ReadOnlySpan<byte> bytes = Message(ref fields);
        if (bytes.Length > PayloadLimits.TextBytes || bytes.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            Fail(Text($"has a text in field {fields.Field} that is too long or not plain"));
            return "";
        }

        return Encoding.ASCII.GetString(bytes);
    }

    private static string Text(ref DefaultInterpolatedStringHandler text) => text.ToStringAndClear();

    private void Fail(string what) => Fail(PayloadErrorCode.ManifestParse, what);

    private void Fail(PayloadErrorCode code, string what) => _fault ??= new(code, "the payload's manifest " + what);
}
