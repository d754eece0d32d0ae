using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>
/// One entry of the replicated log, opaque to the Wal. <paramref name="Kind"/> is the owner's, 0 to 127. The payload
/// must not change until its append is persisted.
/// </summary>
public readonly record struct WalEntry(LogIndex Index, Term Term, byte Kind, ReadOnlyMemory<byte> Payload);
