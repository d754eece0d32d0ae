namespace CoreNode.Updates.Sharing;

/// <summary>
/// Where the next bytes of a payload come from. The oldest keeper that works asks the server, the others fetch from
/// older ones, and who is no keeper from any; only who finds no way among them goes to the server, at a moment of its
/// own. Pure.
/// </summary>
public static class SourcePlan
{
    /// <summary>Decides.</summary>
    public static SourceStep Next(SourceFacts facts, SharingTimes times)
    {
        if (facts.OwnBase <= facts.From && facts.From < facts.OwnEnd)
            return new SourceStep.Own();
        return facts.Since.Value > 0 ? AsKeeper(facts, times) : AsReader(facts, times);
    }

    private static SourceStep AsKeeper(SourceFacts facts, SharingTimes times)
    {
        List<KeeperStanding> older = [];
        foreach (KeeperStanding one in facts.Keepers)
        {
            if (one.Keeper.Since < facts.Since)
                older.Add(one);
        }

        if (Pick(older, facts) is { } keeper)
            return new SourceStep.Peer(keeper);
        // A short break of another's must not cost the server the rest of the payload.
        bool isHoped = false;
        foreach (KeeperStanding one in older)
            isHoped |= one.State is KeeperState.Busy or KeeperState.Out && one.Keeper.Base <= facts.From;
        return isHoped && IsPatient(facts, times.Grace)
            ? new SourceStep.Wait("an older keeper does not answer")
            : new SourceStep.Server(NextBase(older, facts.From), IsForAll: !isHoped);
    }

    private static SourceStep AsReader(SourceFacts facts, SharingTimes times)
    {
        // Nobody else is there, as far as this node knows.
        if (facts.Wanted == 0 && facts.Keepers.Count == 0)
            return new SourceStep.Server(0, IsForAll: true);
        bool canClaim = facts.CanKeep && facts.IsStoreThere;
        // Beforehand, while nothing is lost by it: the second one is there for when the first one is not.
        if (canClaim && facts.From == 0 && Working(facts) < facts.Wanted && Slot(facts, isNeeded: false) is { } early)
            return early;
        if (Pick(facts.Keepers, facts) is { } keeper)
            return new SourceStep.Peer(keeper);
        bool isBusy = HasBusy(facts);
        if (!facts.IsStoreThere && !isBusy)
        {
            return IsPatient(facts, times.Grace * facts.Share)
                ? new SourceStep.Wait("the store is away")
                : new SourceStep.Server(NextBase(facts.Keepers, facts.From), IsForAll: false);
        }

        TimeSpan moment = isBusy ? times.Patience * (1 + facts.Share) : times.Grace * facts.Share;
        bool isFirst = facts.Keepers.Count == 0;
        if (canClaim && (isFirst || !IsPatient(facts, moment)) && Slot(facts, isNeeded: true) is { } claim)
            return claim;
        // Where nobody keeps it, whoever can does so within the grace.
        TimeSpan most = (isFirst ? times.Grace : times.Patience) * (1 + facts.Share);
        return IsPatient(facts, most)
            ? new SourceStep.Wait(isBusy ? "the keepers serve others" : "no keeper answers")
            : new SourceStep.Server(NextBase(facts.Keepers, facts.From), IsForAll: false);
    }

    private static bool IsPatient(SourceFacts facts, TimeSpan most) => !facts.IsAtServer && facts.Waited < most;

    // Any of those that have it, or will: they are alike, and chance spreads the readers.
    private static Keeper? Pick(IReadOnlyList<KeeperStanding> keepers, SourceFacts facts)
    {
        List<Keeper> good = [];
        foreach (KeeperStanding one in keepers)
        {
            if (one.State == KeeperState.Good && one.Keeper.Base <= facts.From)
                good.Add(one.Keeper);
        }

        return good.Count == 0 ? null : good[(int)(facts.Chance * good.Count)];
    }

    // Where the first of those begins that have only a later part; 0: there is none.
    private static long NextBase(IReadOnlyList<KeeperStanding> keepers, long from)
    {
        long next = 0;
        foreach (KeeperStanding one in keepers)
        {
            bool isLater = one.State == KeeperState.Good && one.Keeper.Base > from;
            if (isLater && (next == 0 || one.Keeper.Base < next))
                next = one.Keeper.Base;
        }

        return next;
    }

    private static int Working(SourceFacts facts)
    {
        int working = 0;
        foreach (KeeperStanding one in facts.Keepers)
            working += one.State is KeeperState.Good or KeeperState.Busy ? 1 : 0;
        return working;
    }

    private static bool HasBusy(SourceFacts facts)
    {
        foreach (KeeperStanding one in facts.Keepers)
        {
            if (one.State == KeeperState.Busy && one.Keeper.Base <= facts.From)
                return true;
        }

        return false;
    }

    private static SourceStep.Claim? Slot(SourceFacts facts, bool isNeeded)
    {
        if (facts.FreeSlots.Count > 0)
            return new SourceStep.Claim(facts.FreeSlots[0], null);
        if (!isNeeded)
            return null;
        foreach (KeeperStanding one in facts.Keepers)
        {
            if (one.State is KeeperState.Out or KeeperState.Gone)
                return new SourceStep.Claim(one.Keeper.Slot, one.Keeper);
        }

        return null;
    }
}
