namespace CoreNode.Tests.Histories;

/// <summary>
/// What one client asked of one key, when, and what it was told. Times are of one clock for all clients, logical or
/// monotonic; an operation took effect, if at all, between its two times. Immutable.
/// </summary>
internal sealed record HistoryOperation
{
    /// <summary>Who asked, for people.</summary>
    public required int Client { get; init; }

    /// <summary>Which key; each is judged by itself.</summary>
    public required string Key { get; init; }

    /// <summary>What was asked.</summary>
    public required HistoryKind Kind { get; init; }

    /// <summary>The value to write; nothing for get, delete and compare-and-delete.</summary>
    public string? Value { get; init; }

    /// <summary>Condition on the value; nothing if there is none.</summary>
    public string? PreviousValue { get; init; }

    /// <summary>Condition on the modified index; 0 if there is none.</summary>
    public ulong PreviousIndex { get; init; }

    /// <summary>When it was sent.</summary>
    public required long InvokedAt { get; init; }

    /// <summary>When the answer was there; without meaning if the result is unknown.</summary>
    public required long ReturnedAt { get; init; }

    /// <summary>What the client was told.</summary>
    public required HistoryResult Result { get; init; }

    /// <summary>The value that a successful get saw.</summary>
    public string? SeenValue { get; init; }

    /// <summary>
    /// The modified index in a successful answer: of what a get saw, of the change that a write made. 0 if not known.
    /// </summary>
    public ulong ModifiedIndex { get; init; }

    /// <summary>True if it changes the key where its conditions hold.</summary>
    public bool IsWrite => Kind != HistoryKind.Get;

    /// <inheritdoc/>
    public override string ToString()
    {
        string value = Value is null ? "" : $" {Value}";
        string condition = (PreviousValue is null ? "" : $" prevValue={PreviousValue}")
            + (PreviousIndex == 0 ? "" : $" prevIndex={PreviousIndex}");
        string end = Result == HistoryResult.Unknown ? "…" : $"{ReturnedAt}";
        string seen = (SeenValue is null ? "" : $" {SeenValue}") + (ModifiedIndex == 0 ? "" : $" @{ModifiedIndex}");
        return $"[{InvokedAt} {end}] client {Client}: {Kind} {Key}{value}{condition} -> {Result}{seen}";
    }
}
