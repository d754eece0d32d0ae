namespace CoreNode.Api.Auth;

/// <summary>Bounds of the work for passwords; docs/operations.md lists them.</summary>
internal sealed record PasswordLimits
{
    /// <summary>PBKDF2 iterations of new passwords.</summary>
    public int Iterations { get; init; } = PasswordHash.DefaultIterations;

    /// <summary>Credentials that wait for their verification; more are refused with 503.</summary>
    public int MaxWaiting { get; init; } = 64;

    /// <summary>Of these for one user name.</summary>
    public int MaxWaitingOfUser { get; init; } = 8;

    /// <summary>Verified credentials that are remembered.</summary>
    public int MaxRemembered { get; init; } = 4096;

    /// <summary>Longest password.</summary>
    public int MaxPasswordBytes { get; init; } = 1024;
}
