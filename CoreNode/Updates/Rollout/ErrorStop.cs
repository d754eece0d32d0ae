namespace CoreNode.Updates.Rollout;

/// <summary>
/// A release is stopped when at least <paramref name="AtLeast"/> machines failed with it, and they are more than
/// <paramref name="Share"/> of those that ended with it. A machine counts once however often it fails, and no more once
/// it runs the release. Only machines that were granted the release count.
/// </summary>
/// <param name="Share">From 0, any failure, to below 1.</param>
/// <param name="AtLeast">At least 1.</param>
public sealed record ErrorStop(double Share, int AtLeast = 1)
{
    /// <summary>True if so many failures are too many.</summary>
    public bool IsDue(int failed, int ended) => failed >= AtLeast && failed > Share * ended;
}
