namespace CoreNode.Api.Client;

/// <summary>A role as /v2/auth/roles tells it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">Patterns of keys that may be read.</param>
/// <param name="Write">Patterns of keys that may be written.</param>
public sealed record ListedRole(string Name, IReadOnlyList<string> Read, IReadOnlyList<string> Write);
