using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>Conditions and lifetime of a write. All conditions given must hold.</summary>
public sealed record KvSetOptions
{
    /// <summary>Replace or create.</summary>
    public static readonly KvSetOptions None = new();

    /// <summary>Only create.</summary>
    public static readonly KvSetOptions Create = new() { MustExist = false };

    /// <summary>Only change what exists.</summary>
    public static readonly KvSetOptions Update = new() { MustExist = true };

    /// <summary>True: it must exist; false: it must not; null: either.</summary>
    public bool? MustExist { get; init; }

    /// <summary>Must have this value now (not empty); null: any.</summary>
    public string? PreviousValue { get; init; }

    /// <summary>Must have been changed last at this index; zero: any.</summary>
    public StoreIndex PreviousIndex { get; init; }

    /// <summary>Expires after that, in whole seconds; null: stays.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Makes or updates a directory; the value is ignored.</summary>
    public bool IsDirectory { get; init; }

    /// <summary>
    /// Only renews the lifetime: keeps the value, tells no watcher. Wants an empty value and a lifetime.
    /// </summary>
    public bool IsRefresh { get; init; }
}
