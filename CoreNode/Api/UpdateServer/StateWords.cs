using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer;

/// <summary>How far a machine is, in the words of REST, metrics and page. Pure.</summary>
internal static class StateWords
{
    /// <summary>The word of a state.</summary>
    public static string Of(InstanceState state) => state switch
    {
        InstanceState.Undefined => "undefined",
        InstanceState.Granted => "granted",
        InstanceState.Error => "error",
        InstanceState.Complete => "complete",
        InstanceState.Installed => "installed",
        InstanceState.Downloaded => "downloaded",
        InstanceState.Downloading => "downloading",
        InstanceState.OnHold => "on-hold",
        InstanceState.RolledBack => "rolled-back",
        InstanceState.Lost => "lost",
        _ => "undefined",
    };

    /// <summary>The state of a word; null for none.</summary>
    public static InstanceState? Find(string word)
    {
        foreach (InstanceState state in Enum.GetValues<InstanceState>())
        {
            if (Of(state) == word)
                return state;
        }

        return null;
    }
}
