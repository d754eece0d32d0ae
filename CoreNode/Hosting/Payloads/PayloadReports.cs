using System.Globalization;
using CoreNode.Cli.Payloads;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Payload;

namespace CoreNode.Hosting.Payloads;

/// <summary>Payloads as the command line shows them.</summary>
internal static class PayloadReports
{
    /// <summary>A report.</summary>
    /// <param name="path">The payload's file.</param>
    /// <param name="file">The same, open.</param>
    /// <param name="payload">What was read of it.</param>
    /// <param name="keys">Keys to name signers with; empty for none.</param>
    public static PayloadReport Of(
        string path, IPayloadFile file, VerifiedPayload payload, IReadOnlyList<VerifyingKey> keys) => new()
        {
            File = path,
            Bytes = payload.FileBytes,
            MajorVersion = payload.Header.MajorVersion,
            MinorVersion = payload.Manifest.MinorVersion,
            Release = payload.Manifest.Release is { } release ? Of(release) : null,
            Images = [.. payload.Manifest.Partitions.Select(Of)],
            Signatures = Signatures(file, payload, keys),
        };

    private static PayloadRelease Of(ReleaseInfo release) => new()
    {
        Version = release.Version,
        Counter = release.Counter,
        MinimumCounter = release.MinimumCounter,
        Expires = Moment(release.Expiry),
        Board = release.Board,
        AppId = release.AppId,
        VerityRootHash = Convert.ToHexStringLower(release.VerityRootHash),
        KernelHashes = [.. release.KernelHashes.Select(Convert.ToHexStringLower)],
    };

    private static PayloadImage Of(PartitionUpdate partition)
    {
        List<PayloadOperations> operations = [];
        foreach (InstallOperation operation in partition.Operations)
        {
            string kind = OperationExecution.Name(operation.Type);
            int at = operations.FindIndex(one => one.Kind == kind);
            PayloadOperations before = at < 0 ? new PayloadOperations(kind, 0, 0, 0) : operations[at];
            PayloadOperations after = before with
            {
                Count = before.Count + 1,
                DataBytes = before.DataBytes + operation.DataLength,
                WrittenBytes = before.WrittenBytes + OperationExecution.OutputBytes(operation),
            };
            if (at < 0)
                operations.Add(after);
            else
                operations[at] = after;
        }

        operations.Sort(static (one, other) => string.CompareOrdinal(one.Kind, other.Kind));
        return new PayloadImage
        {
            Name = partition.Name,
            Bytes = partition.NewInfo.Size,
            Sha256 = Convert.ToHexStringLower(partition.NewInfo.Sha256),
            OldSha256 = partition.OldInfo is { } old ? Convert.ToHexStringLower(old.Sha256) : null,
            Operations = operations,
        };
    }

    // In version 2 the metadata's are shown: the payload's are by the same keys.
    private static List<string> Signatures(
        IPayloadFile file, VerifiedPayload payload, IReadOnlyList<VerifyingKey> keys)
    {
        bool ofMetadata = payload.Header.MajorVersion == 2;
        List<string> lines = [];
        foreach (PayloadSignature signature in WholePayload.Signatures(file, payload, ofMetadata))
        {
            VerifyingKey? signer = ofMetadata
                ? keys.FirstOrDefault(key => key.Verify(payload.MetadataSha256, signature.Counted))
                : null;
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{signature.Counted.Length} bytes{(signer is null ? "" : $" by {signer.ShortId}")}"));
        }

        return lines;
    }

    private static string? Moment(ulong unixSeconds) => unixSeconds switch
    {
        0 => null,
        < 253_402_300_800 => DateTimeOffset.FromUnixTimeSeconds((long)unixSeconds)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => "beyond the calendar",
    };
}
