using System.Diagnostics;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// A million keys to a member that joins with an empty folder: how fast, and what the leader's clients notice of it.
/// CoreNode only.
/// </summary>
internal static class JoinRows
{
    private const int FillConnections = 128;
    private const int Connections = 8;
    private const string StoreIndex = "corenode_store_index";
    private static readonly TimeSpan s_normalTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    public static async Task<IReadOnlyList<Figure>> FreshMemberAsync(BenchmarkOptions options)
    {
        await using ClusterProcesses cluster =
            await ClusterProcesses.StartAsync(new() { Command = NodeProcess.Command });
        ServerProcess leader = await cluster.WaitForCommonLeaderAsync(s_deadline);
        ClusterThroughputRows.Fill(leader, options.FillKeys, FillConnections);
        LoadResult normal =
            ClusterThroughputRows.Load(cluster, [leader], RequestTemplate.Put, s_normalTime, Connections);
        bool hasJoined = false;
        Task<(double Seconds, double Megabytes)> joining = Task.Run(async () =>
        {
            try
            {
                return await JoinAsync(cluster, leader);
            }
            finally
            {
                Volatile.Write(ref hasJoined, true);
            }
        });
        LoadResult meanwhile;
        using (LoadGenerator load = new(leader.Place.ClientUrl, Connections))
        {
            RequestTemplate put = RequestTemplate.Put(leader.Place.ClientUrl, RequestTemplate.RandomKeys(10_000));
            meanwhile = load.RunWhile(() => !Volatile.Read(ref hasJoined), put, leader.Pid);
        }
        (double seconds, double megabytes) = await joining;
        Figure Of(string name, string unit, Target target, double value) =>
            new($"{options.FillKeys:N0} keys to a fresh member: {name}", unit, target, [(double.NaN, value)]);
        double usual = normal.LatencyMilliseconds(0.99);
        double during = meanwhile.LatencyMilliseconds(0.99);
        return
        [
            Of("its snapshot", "MB", Target.None, megabytes),
            Of("from its start until it has caught up", "s", Target.None, seconds),
            Of("rate", "MB/s", new Target.AtLeast(50), megabytes / seconds),
            Of("PUT p99 at the leader before, 8 connections", "ms", Target.None, usual),
            Of("PUT p99 at the leader meanwhile", "ms", new Target.AtMost(Math.Round(2 * usual, 1)), during),
        ];
    }

    private static async Task<(double Seconds, double Megabytes)> JoinAsync(
        ClusterProcesses cluster, ServerProcess leader)
    {
        double goal = Metrics.Read(leader.Place.ClientUrl, StoreIndex);
        long started = Stopwatch.GetTimestamp();
        ServerProcess added = await cluster.AddAsync();
        while (Metrics.TryRead(added.Place.ClientUrl, StoreIndex) is not { } index || index < goal)
        {
            if (Stopwatch.GetElapsedTime(started) > s_deadline || added.HasExited)
                throw new TimeoutException($"the new member has not caught up\n{cluster.Words()}");
            await Task.Delay(s_poll);
        }
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (seconds, SnapshotMegabytes(added));
    }

    private static double SnapshotMegabytes(ServerProcess member) =>
        Directory.EnumerateFiles(Path.Combine(member.DataFolder, "raft", "snap"), "*.snap")
            .Max(file => new FileInfo(file).Length) / 1e6;
}
