using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>Conditions and reach of a delete.</summary>
public sealed record KvDeleteOptions
{
    /// <summary>A key, whatever it holds.</summary>
    public static readonly KvDeleteOptions None = new();

    /// <summary>Also an empty directory.</summary>
    public bool IsDirectory { get; init; }

    /// <summary>Also a directory with everything below it.</summary>
    public bool IsRecursive { get; init; }

    /// <summary>Must have this value now (not empty); null: any.</summary>
    public string? PreviousValue { get; init; }

    /// <summary>Must have been changed last at this index; zero: any.</summary>
    public StoreIndex PreviousIndex { get; init; }
}
