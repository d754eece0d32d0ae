namespace CoreNode.Updates.Lifecycle;

/// <summary>What another machine of the cluster says of what it reaches itself.</summary>
/// <param name="Name">Where it was asked.</param>
/// <param name="IsInCluster">True if it knows a leader: a majority does without who asks.</param>
/// <param name="IsAskerReached">Whether it can connect to who asks; null: it does not know where that is.</param>
/// <param name="Server">The update server that it tried; empty: none.</param>
/// <param name="IsServerReached">Whether that could be connected to; null: it tried none.</param>
public sealed record WitnessAccount(
    string Name, bool IsInCluster, bool? IsAskerReached = null, string Server = "", bool? IsServerReached = null)
{
    /// <summary>Which member it is: one may be asked at several addresses; empty: not known.</summary>
    public string Member { get; init; } = "";

    /// <summary>It is about to restart, or may be: nobody is to count on it.</summary>
    public bool IsLeaving { get; init; }
}
