namespace CoreNode.Updates.Server;

/// <summary>How the server itself is. Immutable.</summary>
public sealed record ServerStanding
{
    /// <summary>Since when it runs.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Version of the database's schema.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Machines that it knows.</summary>
    public int Machines { get; init; }

    /// <summary>Payload files on the shelf.</summary>
    public int Files { get; init; }

    /// <summary>Their bytes.</summary>
    public long FileBytes { get; init; }

    /// <summary>Bytes of the database.</summary>
    public long DatabaseBytes { get; init; }

    /// <summary>What an administrator should look at, one line each; empty if all is well.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
