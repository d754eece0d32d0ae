using CoreNode.Cli.Members;
using CoreNode.Cluster;
using CoreNode.Platform;

namespace CoreNode.Hosting;

/// <summary>The offline work of the cluster commands, over <see cref="OfflineReplica"/>.</summary>
internal sealed class OfflineFolders(IFiles files, TimeProvider time) : IOfflineCluster
{
    /// <summary>Another cluster id than any before: it is what keeps the old members away.</summary>
    public static ulong NewClusterId()
    {
        ulong id = Seeds.Fresh();
        return id == 0 ? 1 : id;
    }

    public IOfflineFolder Open(string dataFolder)
    {
        string folder = Path.GetFullPath(dataFolder);
        files.CreateFolder(folder);
        IDisposable folderLock = files.TryLock(Path.Combine(folder, "lock"))
            ?? throw new IOException($"{folder} is in use by a node; stop it first");
        try
        {
            string replicaFolder = Path.Combine(folder, "raft");
            files.CreateFolder(replicaFolder);
            return Explained(() => new Folder(folderLock, new OfflineReplica(files, replicaFolder, time)));
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    public OfflineReport Check(string backup) =>
        Explained(() => Report(OfflineReplica.Check(files, Path.GetFullPath(backup), time)));

    // One kind of fault for the command line; the messages say which file, where and what to do.
    private static T Explained<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (CorruptionException damage)
        {
            throw new IOException(damage.Message, damage);
        }
    }

    private static OfflineReport Report(OfflineSummary summary) => new(
        summary.ClusterId.ToString("x", System.Globalization.CultureInfo.InvariantCulture),
        summary.Self.ToString(),
        summary.Members,
        summary.Last.Value,
        summary.KnownCommitted.Value,
        summary.Term.Value,
        summary.Keys);

    private sealed class Folder(IDisposable folderLock, OfflineReplica replica) : IOfflineFolder
    {
        public OfflineReport Inspect() => Explained(() => Report(replica.Inspect()));

        public OfflineReport Recover() => Explained(() => Report(replica.Recover(NewClusterId())));

        public OfflineReport Backup(string file) => Explained(() => Report(replica.Backup(Path.GetFullPath(file))));

        public OfflineReport Restore(string backup, IReadOnlyList<string> peerUrls) =>
            Explained(() => Report(replica.Restore(Path.GetFullPath(backup), NewClusterId(), peerUrls)));

        public void Dispose() => folderLock.Dispose();
    }
}
