namespace CoreNode.Tests.Faults;

/// <summary>
/// One write of the load: what was asked, and once it is acknowledged, the index at which it happened. Without an
/// index its outcome is unknown: it may have happened or not.
/// </summary>
internal sealed record LoadOperation
{
    /// <summary>The HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>The key, or the directory of an in-order POST.</summary>
    public required string Path { get; init; }

    /// <summary>The action that the answer and the event carry: set, create, update, compareAndSwap, delete.</summary>
    public required string Action { get; init; }

    /// <summary>Form fields besides the value.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Unique for each write, so that what is read tells which write it came from; null for a delete.
    /// </summary>
    public string? Value { get; init; }

    /// <summary>How long the key lives after this write; null if for ever.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>The earliest time at which the server can have taken it.</summary>
    public DateTimeOffset SentAt { get; init; }

    /// <summary>The key that the server acknowledged; differs from the path for an in-order POST.</summary>
    public string Key { get; init; } = "";

    /// <summary>The acknowledged modifiedIndex; 0 while the outcome is unknown.</summary>
    public long Index { get; init; }

    /// <summary>The state of the key that the answer showed; null after a delete.</summary>
    public StoredKey? Stored { get; init; }

    public bool IsInOrder => Method == "POST";

    /// <summary>Whether what was seen of a key (an event, a read) comes from this write.</summary>
    public bool Explains(string action, string key, string? value) =>
        action == Action
        && value == Value
        && (IsInOrder ? key.StartsWith(Path + "/", StringComparison.Ordinal) : key == Path);

    public override string ToString() => $"{Action} {(Key.Length > 0 ? Key : Path)}={Short(Value)} at {Index}";

    /// <summary>A value as failures show it: its unique start without the padding.</summary>
    public static string Short(string? value) => value is null ? "nothing" : value.Split('_')[0];
}
