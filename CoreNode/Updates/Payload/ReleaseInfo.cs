namespace CoreNode.Updates.Payload;

/// <summary>
/// What CoreNode signs with a payload beyond what the container knows: who may take it, and what the slot proves
/// itself with at boot. Fields 1000 to 1010 of the manifest.
/// </summary>
public sealed class ReleaseInfo
{
    /// <summary>For people ("1.4.0").</summary>
    public required string Version { get; init; }

    /// <summary>Grows with every release; a machine goes back only by its operator's hand.</summary>
    public required ulong Counter { get; init; }

    /// <summary>Unix seconds from which on nobody takes it any more; 0 for never.</summary>
    public ulong Expiry { get; init; }

    /// <summary>The kind of machine ("amd64-usr"); empty for any.</summary>
    public string Board { get; init; } = "";

    /// <summary>The application at the update server; empty for any.</summary>
    public string AppId { get; init; } = "";

    /// <summary>Lowest counter that a machine must have to come from; 0 for any.</summary>
    public ulong MinimumCounter { get; init; }

    /// <summary>Root hash of the image's dm-verity tree (SHA-256, 4096-byte blocks); empty without.</summary>
    public byte[] VerityRootHash { get; init; } = [];

    /// <summary>Salt of that tree; empty for none.</summary>
    public byte[] VeritySalt { get; init; } = [];

    /// <summary>Byte offset in the image where that tree begins.</summary>
    public ulong VerityHashOffset { get; init; }

    /// <summary>SHA-256 of each kernel that this slot may boot.</summary>
    public IReadOnlyList<byte[]> KernelHashes { get; init; } = [];

    /// <summary>
    /// What the slot shall say of itself in its last MiB, as it stands there; empty for nothing. What it means is not
    /// the payload's to know.
    /// </summary>
    public byte[] SlotMetadata { get; init; } = [];
}
