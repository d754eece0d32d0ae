using System.Diagnostics;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Faults.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// How long nobody can write after kill -9 of the leader, with etcd's default timings (100 ms, 1000 ms). From the kill
/// on, a write starts every few milliseconds at one of the other members, without waiting for those before it.
/// </summary>
internal static class FailoverRows
{
    private const int Rounds = 20;
    private const int RoundsOfShortRuns = 4;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Figure>> KillLeaderAsync(BenchmarkOptions options)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync();
        int rounds = options.FillKeys < 1_000_000 ? RoundsOfShortRuns : Rounds;
        List<(double, double)> gaps = await pair.InTurnAsync(rounds, KillAndWriteAsync);
        return
        [
            new Figure($"3 members: writes accepted again after kill -9 of the leader, p50 of {rounds}", "s",
                new Target.AtMostAndBelow(1.5), gaps),
            new Figure($"3 members: the same, longest of {rounds}", "s", Target.None,
                [(gaps.Max(g => g.Item1), gaps.Max(g => g.Item2))]),
        ];
    }

    private static async Task<double> KillAndWriteAsync(ClusterProcesses cluster, ServerProcess leader)
    {
        ServerProcess[] others = [.. cluster.Members.Where(m => m != leader)];
        long killed = Stopwatch.GetTimestamp();
        Signals.Send(leader.Pid, Signals.Kill);
        double gap = await FirstWriteAsync(others, killed);
        await leader.KillAsync();
        await leader.RestartAsync();
        return gap;
    }

    private static async Task<double> FirstWriteAsync(ServerProcess[] members, long since)
    {
        TaskCompletionSource<double> first = new();
        using CancellationTokenSource enough = new();
        List<Task> writes = [];
        for (int i = 0; !first.Task.IsCompleted; i++)
        {
            if (Stopwatch.GetElapsedTime(since) > s_patience)
                throw new TimeoutException($"no write was accepted in {s_patience}");
            writes.Add(WriteAsync(members[i % members.Length], since, first, enough.Token));
            await Task.WhenAny(first.Task, Task.Delay(s_interval));
        }
        await enough.CancelAsync();
        await Task.WhenAll(writes);
        return await first.Task;
    }

    private static async Task WriteAsync(
        ServerProcess member, long since, TaskCompletionSource<double> first, CancellationToken enough)
    {
        using MemberConnection connection = new(member, inside: null);
        MemberReply reply = await connection.AskAsync("PUT", "/v2/keys/after", "value=1", s_patience, enough);
        if (reply.Answer?.Status is 200 or 201)
            first.TrySetResult(Stopwatch.GetElapsedTime(since).TotalSeconds);
    }
}
