namespace CoreNode.Updates.Payload;

/// <summary>A payload whose metadata is signed by a trusted key and makes sense.</summary>
/// <param name="Header">Its lengths.</param>
/// <param name="Manifest">What it does.</param>
/// <param name="MetadataSha256">Of header and manifest.</param>
public sealed record VerifiedPayload(PayloadHeader Header, PayloadManifest Manifest, byte[] MetadataSha256)
{
    /// <summary>Bytes of the whole file that this metadata describes.</summary>
    public ulong FileBytes => (ulong)Header.DataStart + DataBytes + Manifest.SignaturesSize;

    /// <summary>Bytes of all operations' data.</summary>
    public ulong DataBytes { get; } = Sum(Manifest);

    private static ulong Sum(PayloadManifest manifest)
    {
        ulong bytes = 0;
        foreach (PartitionUpdate partition in manifest.Partitions)
        {
            for (int i = 0; i < partition.Operations.Count; i++)
                bytes += partition.Operations[i].DataLength;
        }

        return bytes;
    }
}
