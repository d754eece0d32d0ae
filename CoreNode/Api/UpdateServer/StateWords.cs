using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer;

/// <summary>How far a machine is and what happened with it, in the words of REST, metrics and page. Pure.</summary>
internal static class StateWords
{
    /// <summary>The word of a state.</summary>
    public static string Of(RolloutState state) => state switch
    {
        RolloutState.Undefined => "undefined",
        RolloutState.Granted => "granted",
        RolloutState.Error => "error",
        RolloutState.Complete => "complete",
        RolloutState.Installed => "installed",
        RolloutState.Downloaded => "downloaded",
        RolloutState.Downloading => "downloading",
        RolloutState.OnHold => "on-hold",
        RolloutState.RolledBack => "rolled-back",
        RolloutState.TimedOut => "timed-out",
        _ => "undefined",
    };

    /// <summary>The state of a word; null for none.</summary>
    public static RolloutState? Find(string word)
    {
        foreach (RolloutState state in Enum.GetValues<RolloutState>())
        {
            if (Of(state) == word)
                return state;
        }

        return null;
    }

    /// <summary>The word for how a machine ended with what it was granted.</summary>
    public static string Of(RolloutOutcome outcome) => outcome switch
    {
        RolloutOutcome.Succeeded => "succeeded",
        RolloutOutcome.Failed => "failed",
        RolloutOutcome.RolledBack => "rolled-back",
        _ => "none",
    };

    /// <summary>The word for what stands in a machine's history.</summary>
    public static string Of(MachineEventKind kind) => kind switch
    {
        MachineEventKind.First => "first",
        MachineEventKind.Told => "told",
        MachineEventKind.Granted => "granted",
        MachineEventKind.Version => "version",
        MachineEventKind.Group => "group",
        MachineEventKind.Override => "override",
        _ => "other",
    };

    /// <summary>The word for what a file of a package is.</summary>
    public static string Of(CatalogueFileKind kind) => kind switch
    {
        CatalogueFileKind.Full => "full",
        CatalogueFileKind.Delta => "delta",
        _ => "extra",
    };
}
