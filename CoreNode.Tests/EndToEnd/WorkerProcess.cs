namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Workers without a vote in front of a cluster: `corenode node --proxy`, and etcd's own proxy beside it.
/// </summary>
internal static class WorkerProcess
{
    /// <summary>
    /// Starts a worker that is told of the cluster's present members, and waits until it leads to one.
    /// </summary>
    public static async Task<ServerProcess> StartAsync(
        IReadOnlyList<ServerProcess> present, ServerCommand kind, string mode = "on")
    {
        ServerProcess worker = Prepare(present, kind, mode);
        try
        {
            worker.Launch();
            await worker.WaitUntilReadyAsync();
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same, not started yet.</summary>
    public static ServerProcess Prepare(
        IReadOnlyList<ServerProcess> present, ServerCommand kind, string mode = "on",
        params string[] extra)
    {
        string members = string.Join(',', present.Select(m => m.Place.InitialMember));
        ServerCommand command = new(
            $"{kind.Name} --proxy {mode}", kind.Program, place => Arguments(kind, place, members, mode));
        return ServerProcess.Prepare(
            command, extra, folder => new ServerPlace(folder, FreePorts.Next(), FreePorts.Next()) { Name = "worker" });
    }

    private static IEnumerable<string> Arguments(ServerCommand kind, ServerPlace place, string members, string mode)
    {
        bool isEtcd = kind == EtcdProcess.Command;
        return
        [
            .. isEtcd
                ? ["--enable-v2"]
                : new[]
                {
                    "node", "--unix-socket", place.SocketPath, "--listen-peer-urls", ServerPlace.Text(place.PeerUrl),
                },
            "--name", place.Name,
            "--data-dir", place.DataFolder,
            "--listen-client-urls", ServerPlace.Text(place.ClientUrl),
            "--proxy", mode,
            "--initial-cluster", members,
        ];
    }
}
