namespace CoreNode.Wal;

/// <summary>What <see cref="WalLog.Open"/> found.</summary>
/// <param name="Identity">Whose log it is.</param>
/// <param name="HardState">The last one written.</param>
/// <param name="Entries">Everything after the snapshot index, contiguous; the payloads lie in shared arrays.</param>
/// <param name="CutBytes">Bytes of a torn, never acknowledged tail that were cut; 0 if the log ended cleanly.</param>
public sealed record WalRecovery(
    WalIdentity Identity, WalHardState HardState, IReadOnlyList<WalEntry> Entries, long CutBytes);
