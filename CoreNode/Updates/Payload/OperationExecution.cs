using System.Runtime.CompilerServices;

namespace CoreNode.Updates.Payload;

/// <summary>From an operation's data and sources to the blocks that it writes; nothing comes out unproved.</summary>
public static class OperationExecution
{
    /// <summary>
    /// Bytes that an operation writes; only for kinds that <see cref="IsFilled"/> does not name is it bounded by
    /// <see cref="PayloadLimits.OperationBytes"/>.
    /// </summary>
    public static ulong OutputBytes(InstallOperation operation) =>
        Extent.Blocks(operation.DestinationExtents) * PayloadLimits.BlockSizeBytes;

    /// <summary>Bytes that an operation reads of the old image.</summary>
    public static int SourceBytes(InstallOperation operation) =>
        (int)Extent.Blocks(operation.SourceExtents) * PayloadLimits.BlockSizeBytes;

    /// <summary>Whether an operation writes nothing but zeros, as many as it likes, and needs no output here.</summary>
    public static bool IsFilled(OperationType type) => type is OperationType.Zero or OperationType.Discard;

    /// <summary>
    /// Fills the output with what the operation's extents must hold, one after the other. Null when all of it is there
    /// and proved; after a fault the output holds nothing of worth.
    /// </summary>
    /// <param name="operation">Of a verified manifest.</param>
    /// <param name="data">Its data, already compared with its hash.</param>
    /// <param name="source">The bytes of its source extents, one after the other; empty for kinds without.</param>
    /// <param name="codecs">Decompression.</param>
    /// <param name="hashes">SHA-256.</param>
    /// <param name="output">Exactly <see cref="OutputBytes"/>.</param>
    public static PayloadFault? TryProduce(
        InstallOperation operation,
        ReadOnlySpan<byte> data,
        ReadOnlySpan<byte> source,
        ICodecs codecs,
        IHashes hashes,
        Span<byte> output)
    {
        if ((ulong)output.Length != OutputBytes(operation) || source.Length != SourceBytes(operation))
            return new(PayloadErrorCode.OperationExecution, "an operation has other sizes than its extents");
        PayloadFault? fault = operation.Type switch
        {
            OperationType.Zero or OperationType.Discard => Clear(output),
            OperationType.Replace => Copy(data, output),
            OperationType.SourceCopy => CopySource(operation, source, hashes, output),
            _ => Unpack(operation, data, source, codecs, output),
        };
        if (fault is not null || operation.DestinationSha256.Length == 0)
            return fault;
        return IsHash(hashes, output, operation.DestinationSha256)
            ? null
            : new(
                operation.Type == OperationType.Patch
                    ? PayloadErrorCode.OperationHashVerification
                    : PayloadErrorCode.OperationHashMismatch,
                Text($"an operation ({Name(operation.Type)}) does not make what was signed"));
    }

    /// <summary>"SOURCE_COPY": a kind as the format calls it.</summary>
    public static string Name(OperationType type) => type switch
    {
        OperationType.Replace => "REPLACE",
        OperationType.ReplaceBz => "REPLACE_BZ",
        OperationType.SourceCopy => "SOURCE_COPY",
        OperationType.Zero => "ZERO",
        OperationType.Discard => "DISCARD",
        OperationType.ReplaceXz => "REPLACE_XZ",
        OperationType.ReplaceZstd => "REPLACE_ZSTD",
        OperationType.Patch => "PATCH",
        _ => Text($"kind {(int)type}"),
    };

    private static PayloadFault? Clear(Span<byte> output)
    {
        output.Clear();
        return null;
    }

    private static PayloadFault? Copy(ReadOnlySpan<byte> data, Span<byte> output)
    {
        if (!Fits(data.Length, output.Length))
            return WrongLength(OperationType.Replace, data.Length, output.Length);
        data.CopyTo(output);
        output[data.Length..].Clear();
        return null;
    }

    private static PayloadFault? CopySource(
        InstallOperation operation, ReadOnlySpan<byte> source, IHashes hashes, Span<byte> output)
    {
        if (!IsHash(hashes, source, operation.SourceSha256))
        {
            return new(
                PayloadErrorCode.OperationHashVerification,
                "blocks of the old image that the payload copies are not what they must be");
        }

        source.CopyTo(output);
        return null;
    }

    private static PayloadFault? Unpack(
        InstallOperation operation,
        ReadOnlySpan<byte> data,
        ReadOnlySpan<byte> source,
        ICodecs codecs,
        Span<byte> output)
    {
        int length = codecs.Decode(operation.Type, data, source, output);
        switch (length)
        {
            case ICodecs.TooMuch:
                return new(
                    PayloadErrorCode.OperationExecution,
                    Text($"the data of an operation ({Name(operation.Type)}) unpacks to more than it may write"));
            case < 0:
                return new(
                    PayloadErrorCode.OperationExecution,
                    Text($"the data of an operation ({Name(operation.Type)}) cannot be unpacked"));
        }

        if (!Fits(length, output.Length))
            return WrongLength(operation.Type, length, output.Length);
        output[length..].Clear();
        return null;
    }

    // The last block of an image may be begun only; it is filled up with zeros.
    private static bool Fits(int length, int room) => length <= room && room - length < PayloadLimits.BlockSizeBytes;

    private static PayloadFault WrongLength(OperationType type, int length, int room) => new(
        PayloadErrorCode.OperationExecution,
        Text($"an operation ({Name(type)}) has {length} bytes for blocks of {room} bytes"));

    private static bool IsHash(IHashes hashes, ReadOnlySpan<byte> data, byte[] expected)
    {
        Span<byte> hash = stackalloc byte[PayloadLimits.HashBytes];
        hashes.Sha256(data, hash);
        return hash.SequenceEqual(expected);
    }

    private static string Text(ref DefaultInterpolatedStringHandler text) => text.ToStringAndClear();
}
