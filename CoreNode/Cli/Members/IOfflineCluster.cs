namespace CoreNode.Cli.Members;

/// <summary>
/// Work on the data of a member that does not run, for the cluster commands; Hosting supplies it. World faults are
/// <see cref="IOException"/>, with what to do.
/// </summary>
public interface IOfflineCluster
{
    /// <summary>Takes a data folder: a node that runs on it is refused, and none starts meanwhile.</summary>
    IOfflineFolder Open(string dataFolder);

    /// <summary>Checks a backup completely.</summary>
    OfflineReport Check(string backup);
}
