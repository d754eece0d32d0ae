namespace CoreNode.Updates.Lifecycle;

/// <summary>Whose fault it may be that something outside fails.</summary>
/// <param name="Cluster">About the cluster and the network as a whole.</param>
/// <param name="Server">About the update server.</param>
/// <param name="Why">Because of what, for people, without a full stop; empty if nothing is known.</param>
public sealed record SiteView(SiteAnswer Cluster, SiteAnswer Server = SiteAnswer.Unknown, string Why = "")
{
    /// <summary>Nobody was asked.</summary>
    public static readonly SiteView Unasked = new(SiteAnswer.Unknown);
}
