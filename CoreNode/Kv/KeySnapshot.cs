using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>
/// The whole state at one log position, immutable: a <see cref="SnapshotWriter"/> on any thread turns it into bytes
/// while the loop goes on. It keeps what was replaced since alive, so let it go when it is written.
/// </summary>
public sealed class KeySnapshot
{
    internal KeySnapshot(Keyspace keyspace, KeyEvent?[] history, ulong stateHash)
    {
        Frozen = keyspace;
        History = history;
        StateHash = stateHash;
    }

    /// <summary>
    /// A snapshot of a published state, for a backup. The past that watches can begin in is not part of it: one that
    /// wants to begin before this state is told so (error 401), as after a long pause.
    /// </summary>
    public static KeySnapshot OfPublished(IKeyspace published)
    {
        Keyspace keyspace = (Keyspace)published;
        return new KeySnapshot(keyspace, keyspace.Index == StoreIndex.Zero ? [] : [null], stateHash: 0);
    }

    /// <summary>The keys and where they stand.</summary>
    public IKeyspace Keyspace => Frozen;

    /// <summary>The last log entry that is in it.</summary>
    public LogIndex AppliedIndex => Frozen.AppliedIndex;

    /// <summary>The term of that entry.</summary>
    public Term AppliedTerm => Frozen.AppliedTerm;

    /// <summary>Hash over all changes up to here.</summary>
    public ulong StateHash { get; }

    internal Keyspace Frozen { get; }

    internal IReadOnlyList<KeyEvent?> History { get; }
}
