namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// Tells a broken machine from a broken site. Only what cannot be the site's fault is held against the machine: that
/// somebody whom it reaches is in the cluster, or cannot reach it back, or reaches the update server from the same
/// place; that it reaches a majority and there is no leader all the same; or that it has no interface any more. A cable
/// without carrier, no address, a gateway that is silent: all of that is what a site without power or a broken switch
/// looks like, too.
/// </summary>
public static class SiteJudge
{
    /// <summary>Judges.</summary>
    public static SiteView Judge(SiteEvidence evidence)
    {
        SiteView view = evidence.Accounts.Count > 0
            ? OfAccounts(evidence.Accounts, evidence.OthersOfQuorum)
            : WithoutAccounts(evidence);
        if (evidence.IsServerConnected != false)
            return view;
        (SiteAnswer answer, string why) = OfServer(evidence);
        return view with { Server = answer, Why = Joined(view.Why, why) };
    }

    private static SiteView OfAccounts(IReadOnlyList<WitnessAccount> accounts, int othersOfQuorum)
    {
        foreach (WitnessAccount one in accounts)
        {
            if (one.IsInCluster)
                return new SiteView(SiteAnswer.OthersAreFine, Why: $"{one.Name} is in the cluster");
        }

        // No leader, perhaps because of this very machine: what it reaches must reach it, too.
        foreach (WitnessAccount one in accounts)
        {
            if (one.IsAskerReached == false)
                return new SiteView(SiteAnswer.OthersAreFine, Why: $"{one.Name} is reached and does not reach it back");
        }

        // As when all machines took the new version at once: it is not the network that keeps them apart.
        HashSet<string> members = [];
        foreach (WitnessAccount one in accounts)
        {
            if (one is { IsAskerReached: true, Member.Length: > 0 })
                members.Add(one.Member);
        }

        return othersOfQuorum > 0 && members.Count >= othersOfQuorum
            ? new SiteView(SiteAnswer.OthersAreFine, Why: "a majority is reached and reaches it, and has no leader")
            : new SiteView(SiteAnswer.OthersFailToo, Why: $"{accounts[0].Name} is without a leader, too");
    }

    private static SiteView WithoutAccounts(SiteEvidence evidence)
    {
        bool isCut = evidence.Connected == 0 && evidence.IsServerConnected != true
            && (evidence.Others > 0 || evidence.Server.Length > 0);
        if (isCut && evidence.Links is { LeadOut: false } none)
            return new SiteView(SiteAnswer.NoInterface, Why: none.Text);
        if (isCut || (evidence.Others > 0 && evidence.Connected == 0))
        {
            string links = evidence.Links is { } seen ? ": " + seen.Text : "";
            return new SiteView(SiteAnswer.NobodyReached, Why: "none of the others can be reached" + links);
        }

        if (evidence.Connected == 0)
            return SiteView.Unasked;
        string problem = evidence.Problem.Length > 0 ? ": " + evidence.Problem : "";
        return new SiteView(SiteAnswer.Unknown, Why: "others can be connected to, and none of them answers" + problem);
    }

    // One that is in the same place and does not reach it either says more than one that does.
    private static (SiteAnswer Answer, string Why) OfServer(SiteEvidence evidence)
    {
        string reachedBy = "";
        foreach (WitnessAccount one in evidence.Accounts)
        {
            if (one.IsServerReached is not { } isReached || one.Server != evidence.Server)
                continue;
            if (!isReached)
                return (SiteAnswer.OthersFailToo, $"{one.Name} does not reach the update server either");
            if (reachedBy.Length == 0)
                reachedBy = one.Name;
        }

        return reachedBy.Length > 0
            ? (SiteAnswer.OthersAreFine, $"{reachedBy} reaches the update server")
            : (SiteAnswer.Unknown, "");
    }

    private static string Joined(string one, string other) =>
        one.Length == 0 ? other : other.Length == 0 ? one : $"{one}; {other}";
}
