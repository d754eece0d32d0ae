using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>
/// The whole key space at one store index, immutable: any number of threads read it without locks, however long they
/// take. Keys are canonical ("/" or "/a/b").
/// </summary>
public interface IKeyspace
{
    /// <summary>The store index that this state is of.</summary>
    StoreIndex Index { get; }

    /// <summary>The last log entry that is in it.</summary>
    LogIndex AppliedIndex { get; }

    /// <summary>The term of that entry.</summary>
    Term AppliedTerm { get; }

    /// <summary>Number of user keys and directories, without the root.</summary>
    long Count { get; }

    /// <summary>Finds a key. The root "/" is always there, as a directory without indexes.</summary>
    bool TryGet(ReadOnlySpan<byte> key, out KeyRecord record);

    /// <summary>
    /// Why <paramref name="key"/> cannot be found: 100 with its first missing component, or 104 with the file in its
    /// way. Only for keys for which <see cref="TryGet"/> said false.
    /// </summary>
    KeyError ExplainMissing(ReadOnlySpan<byte> key);

    /// <summary>Walks what is below a directory, see <see cref="IKeyCursor"/>.</summary>
    IKeyCursor OpenCursor(ReadOnlyMemory<byte> directory);

    /// <summary>A value of the store's own keys ("members/…"); false if absent.</summary>
    bool TryGetSystem(ReadOnlySpan<byte> name, out ReadOnlyMemory<byte> value);

    /// <summary>As the other, with the indexes: for a change that holds only if nobody else changed it.</summary>
    bool TryGetSystemRecord(ReadOnlySpan<byte> name, out KeyRecord record);

    /// <summary>
    /// Stands for the content of the store's own keys: the same object in two states means that none of them changed
    /// in between, so that what was read of them can be kept.
    /// </summary>
    object SystemIdentity { get; }

    /// <summary>The store's own keys that start with <paramref name="prefix"/>, in byte order.</summary>
    IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> ListSystem(string prefix);
}
