namespace CoreNode.Api.Client;

/// <summary>A user as /v2/auth/users tells it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Roles">Names of its roles; those that do not exist are left out by the server.</param>
public sealed record ListedUser(string Name, IReadOnlyList<string> Roles);
