namespace CoreNode.Updates.Server;

/// <summary>A token without its secret, of which only a hash is kept. Immutable.</summary>
public sealed record AccessToken
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>For people and the audit log; unique.</summary>
    public required string Name { get; init; }

    /// <summary>What it lets do.</summary>
    public required AccessRole Role { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>From when on it counts no more; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }
}
