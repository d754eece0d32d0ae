namespace CoreNode.Updates.Lifecycle;

/// <summary>What is only of this moment and is not written to disk.</summary>
public sealed record LiveProgress
{
    /// <summary>None.</summary>
    public static readonly LiveProgress None = new();

    /// <summary>Bytes of the payload that are done.</summary>
    public long Done { get; init; }

    /// <summary>Bytes of the payload; 0 if unknown.</summary>
    public long Total { get; init; }

    /// <summary>When the step was begun, by the uptime.</summary>
    public TimeSpan StepSince { get; init; }

    /// <summary>When it last moved, by the uptime.</summary>
    public TimeSpan MovedAt { get; init; }

    /// <summary>When progress was last told, by the uptime.</summary>
    public TimeSpan ToldAt { get; init; }

    /// <summary>Which percentage was last told; -1: none.</summary>
    public int ToldPercent { get; init; } = -1;

    /// <summary>Tries of a broken transfer, since enough came.</summary>
    public int Retries { get; init; }

    /// <summary>Bytes done when the transfer broke first.</summary>
    public long RetriesSince { get; init; }

    /// <summary>Before that, by the uptime, the step is not begun; null: no such wait.</summary>
    public TimeSpan? NotBefore { get; init; }

    /// <summary>
    /// The next check goes on with the offer that just failed, at its next address, with that wish; null: it does not.
    /// </summary>
    public UpdateWish? Follow { get; init; }

    /// <summary>
    /// When what fails was last in doubt, by the uptime: the site may have been at fault until then; null: never.
    /// </summary>
    public TimeSpan? DoubtedAt { get; init; }

    /// <summary>Why heavy work pauses; empty: it does not.</summary>
    public string Hold { get; init; } = "";

    /// <summary>Share done in [0, 1].</summary>
    public double Share => Total <= 0 ? 0 : Math.Clamp(Done / (double)Total, 0, 1);
}
