namespace CoreNode.Reboots.Desk;

/// <summary>An order.</summary>
/// <param name="Kind">What.</param>
public sealed record RebootWish(RebootWishKind Kind)
{
    /// <summary>The strategies by the words that people write.</summary>
    public static readonly IReadOnlyList<string> Strategies = ["etcd-lock", "reboot", "off", "best-effort"];

    /// <summary>The ways to restart, by the words that people write.</summary>
    public static readonly IReadOnlyList<string> Ways = ["firmware", "kexec", "auto"];

    /// <summary>Why, of <see cref="RebootWishKind.Now"/>; may be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>How the machine restarts this time, one of <see cref="Ways"/>; empty: as the node is told.</summary>
    public string By { get; init; } = "";

    /// <summary>What breaks is accepted with it.</summary>
    public bool IsOutageAccepted { get; init; }

    /// <summary>The word of the strategy; empty: what flags and files say again.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>
    /// What windows (with ";" between them), group or fuzz are from now on; null: what flags and files say again.
    /// </summary>
    public string? Value { get; init; }
}
