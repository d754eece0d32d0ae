using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// One entry of the replicated log. <paramref name="Data"/> belongs to the entry from the moment it is proposed or
/// received: nobody writes to those bytes again, so any thread may read them.
/// </summary>
/// <param name="Index">Position in the log.</param>
/// <param name="Term">Term of the leader that created it.</param>
/// <param name="Kind">Who interprets <paramref name="Data"/>.</param>
/// <param name="Data">Opaque for commands, empty for <see cref="EntryKind.Empty"/>.</param>
public readonly record struct RaftEntry(LogIndex Index, Term Term, EntryKind Kind, ReadOnlyMemory<byte> Data)
{
    /// <summary>What an entry weighs against the limits of <see cref="RaftConfig"/> on top of its data.</summary>
    internal const int OverheadBytes = 32;

    /// <summary>The entry's weight against size limits, in bytes.</summary>
    internal int SizeBytes => OverheadBytes + Data.Length;
}
