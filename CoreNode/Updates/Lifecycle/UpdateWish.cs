namespace CoreNode.Updates.Lifecycle;

/// <summary>How the operator wants it, beyond what happens by itself.</summary>
public sealed record UpdateWish
{
    /// <summary>Nothing beyond.</summary>
    public static readonly UpdateWish None = new();

    /// <summary>True if somebody waits for it: no backoff after failures, other limits.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>True to look only: what is offered is told, not taken.</summary>
    public bool IsLookOnly { get; init; }

    /// <summary>True to take an older or expired release; only by somebody on the machine itself.</summary>
    public bool IsDowngradeAllowed { get; init; }

    /// <summary>True to take a version again that went back here.</summary>
    public bool IsBadAccepted { get; init; }

    /// <summary>How many addresses failed one after the other for it; not written to disk.</summary>
    public int AddressesTried { get; init; }
}
