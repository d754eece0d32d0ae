namespace CoreNode.Cli.Members;

/// <summary>One data folder that nobody else uses until it is disposed.</summary>
public interface IOfflineFolder : IDisposable
{
    /// <summary>What the member's data are.</summary>
    OfflineReport Inspect();

    /// <summary>Makes the member the only one of a new cluster.</summary>
    OfflineReport Recover();

    /// <summary>Writes a backup to a new file.</summary>
    OfflineReport Backup(string file);

    /// <summary>Makes a member from a backup, the only one of a new cluster.</summary>
    OfflineReport Restore(string backup, IReadOnlyList<string> peerUrls);
}
