namespace CoreNode.Api.Auth;

/// <summary>Patterns of keys in a request; null lists were not given.</summary>
internal sealed record RolePatterns(IReadOnlyList<string>? Read, IReadOnlyList<string>? Write)
{
    /// <summary>No lists.</summary>
    public static RolePatterns None { get; } = new(null, null);

    /// <summary>True if neither names anything.</summary>
    public bool IsEmpty => (Read?.Count ?? 0) == 0 && (Write?.Count ?? 0) == 0;
}
