using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Units.Engine;

/// <summary>
/// One write that a plan intends, with the condition that makes it harmless when what the plan saw is no longer so.
/// </summary>
public sealed record EngineWrite
{
    private EngineWrite()
    {
    }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>Its new value; null: it is removed.</summary>
    public string? Value { get; init; }

    /// <summary>Must not exist before.</summary>
    public bool IsNew { get; init; }

    /// <summary>Must have been changed last at this index; zero: whenever it was.</summary>
    public StoreIndex PreviousIndex { get; init; }

    /// <summary>Must have this value now; null: any.</summary>
    public string? PreviousValue { get; init; }

    /// <summary>Removed with everything below it.</summary>
    public bool IsTree { get; init; }

    /// <summary>It is a directory, removed only if nothing is in it.</summary>
    public bool IsEmptyDirectory { get; init; }

    /// <summary>Writes of a lower stage are done before those of a higher one begin.</summary>
    public EngineStage Stage { get; init; }

    /// <summary>What is told once it is done; null: nothing.</summary>
    public EngineEvent? Event { get; init; }

    /// <summary>Makes a key that is not there.</summary>
    public static EngineWrite Create(string key, string value) => new() { Key = key, Value = value, IsNew = true };

    /// <summary>Gives a key another value, if nobody else did.</summary>
    public static EngineWrite Replace(string key, string value, StoreIndex previous) =>
        new() { Key = key, Value = value, PreviousIndex = previous };

    /// <summary>Writes a key, whether it is there or not.</summary>
    public static EngineWrite Put(string key, string value) => new() { Key = key, Value = value };

    /// <summary>Removes a key, if nobody changed it.</summary>
    public static EngineWrite Remove(string key, StoreIndex previous) => new() { Key = key, PreviousIndex = previous };

    /// <summary>Removes a key as long as it has this value; null or empty: whatever it has.</summary>
    public static EngineWrite RemoveValue(string key, string? previous) =>
        new() { Key = key, PreviousValue = previous is { Length: > 0 } ? previous : null };

    /// <summary>Removes a directory with everything below it.</summary>
    public static EngineWrite RemoveTree(string key) => new() { Key = key, IsTree = true };

    /// <summary>Removes a directory if nothing is in it.</summary>
    public static EngineWrite RemoveEmpty(string key) => new() { Key = key, IsEmptyDirectory = true };

    /// <summary>Gives it to the store.</summary>
    public Task<KvOutcome> SendAsync(IKvClient store, CancellationToken cancellation) => Value is { } value
        ? store.SetAsync(
            Key,
            value,
            IsNew ? KvSetOptions.Create : new KvSetOptions { PreviousIndex = PreviousIndex },
            cancellation)
        : store.DeleteAsync(
            Key,
            new KvDeleteOptions
            {
                IsRecursive = IsTree,
                IsDirectory = IsTree || IsEmptyDirectory,
                PreviousIndex = PreviousIndex,
                PreviousValue = PreviousValue,
            },
            cancellation);

    /// <summary>As tests and logs show it.</summary>
    public override string ToString()
    {
        string condition = IsNew ? " (new)" : PreviousIndex.Value == 0 ? "" : $" @{PreviousIndex}";
        return Value is null ? $"remove {Key}{condition}" : $"set {Key} = {Value}{condition}";
    }
}
