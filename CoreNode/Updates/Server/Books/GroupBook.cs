using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>A group with its rollout. Owned by the ledger.</summary>
internal sealed class GroupBook(long number, AppBook app, string id)
{
    /// <summary>Its number in the database.</summary>
    public long Number { get; } = number;

    public AppBook App { get; } = app;

    public string Id { get; } = id;

    /// <summary>Number of its release; 0 before the first.</summary>
    public long Release { get; set; }

    /// <summary>The package that the release began with; 0 for none.</summary>
    public long Package { get; set; }

    /// <summary>When it got it, seconds since 1970.</summary>
    public long Started { get; set; }

    /// <summary>Why its release is not offered; empty if it is.</summary>
    public string Problem { get; set; } = "";

    /// <summary>The package that its channel leads to; null for none.</summary>
    public CataloguePackage? Target { get; set; }

    /// <summary>Decides and counts.</summary>
    public GroupRollout Rollout { get; set; } = null!;

    /// <summary>What is kept of the rollout beside the machines.</summary>
    public RolloutStanding Standing { get; set; } = RolloutStanding.Fresh;

    /// <summary>Standing or release differ from the database.</summary>
    public bool IsChanged { get; set; }

    /// <summary>It was removed.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>The rollout is to be made anew from what is kept.</summary>
    public bool IsStale { get; set; }
}
