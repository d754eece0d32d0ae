namespace CoreNode.Boot.Model;

/// <summary>What is to be thought of the two copies of the boot stage.</summary>
public static class StageRule
{
    /// <summary>How the trial stands.</summary>
    /// <param name="state">What the loader's file says.</param>
    /// <param name="started">The copy that started this machine, if a copy did.</param>
    /// <param name="tried">The copy that the loader meant to try at this start, if it did.</param>
    public static StageTrial Judge(LoaderState state, char? started, char? tried)
    {
        if (state.Asked is not { } asked)
            return StageTrial.None;
        if (state.Trial == asked)
            return StageTrial.Waiting;
        if (started == asked)
            return StageTrial.CameUp;
        return tried == asked ? StageTrial.NotLoaded : StageTrial.Failed;
    }

    /// <summary>
    /// The copy that stays as it is: the one that started this machine, else the first; but never is the only whole
    /// copy the one that is written.
    /// </summary>
    public static char Keep(LoaderState state, char? started, Func<char, bool> isWhole)
    {
        char kept = started ?? state.Order[0];
        char other = LoaderState.Other(kept);
        return !isWhole(kept) && isWhole(other) ? other : kept;
    }

    /// <summary>The trial in words; null if there is none.</summary>
    public static string? Tell(StageTrial trial, LoaderState state) => trial switch
    {
        StageTrial.Waiting => $"copy {state.Asked} is tried at the next start: restart the machine; if it was "
            + "restarted since, the loader cannot write to the partition, and tries nothing",
        StageTrial.CameUp => $"copy {state.Asked} was tried and has started this machine: corenode boot stage accept",
        StageTrial.NotLoaded => $"copy {state.Asked} was tried, the loader could not load it and took the other one",
        StageTrial.Failed => $"copy {state.Asked} was tried and did not come up, or the machine was restarted before "
            + "it was accepted: the other one starts it, as before",
        _ => null,
    };
}
