using System.Diagnostics;
using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.RebootLock;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// The reboot lock on three native members, with ten that wait for it as `corenode lock acquire --wait` does, each over
/// HTTP by a member of its own: how long nobody has the lock between two holders, also when the leader is killed, and
/// what taking it and giving it back costs the members.
/// </summary>
internal static class LockRows
{
    private const int Waiters = 10;
    private const int Handovers = 250;
    private const int HandoversOfShortRuns = 60;
    private const int HandoversAroundKill = 40;
    private const int Pairs = 300;
    private const double LongestGap = 0.5;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    // By then the others wait by their watches again.
    private static readonly TimeSpan s_hold = TimeSpan.FromMilliseconds(50);

    public static async Task<IReadOnlyList<Figure>> HandOverAsync(BenchmarkOptions options)
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(
            new() { Command = NodeProcess.Command });
        await cluster.WaitForCommonLeaderAsync(s_patience);
        double pair = await PairAsync(cluster);
        int count = options.FillKeys < 1_000_000 ? HandoversOfShortRuns : Handovers;
        List<Turn> calm = await PassOnAsync(cluster, count, static _ => Task.CompletedTask);
        ServerProcess leader = await cluster.WaitForCommonLeaderAsync(s_patience);
        List<Turn> broken = await PassOnAsync(
            cluster, HandoversAroundKill,
            number => number == HandoversAroundKill / 2 ? leader.KillAsync() : Task.CompletedTask);
        List<double> answered = Gaps(calm, static turn => turn.Released);
        List<double> asked = Gaps(calm, static turn => turn.Asked);
        List<double> killed = Gaps(broken, static turn => turn.Asked);
        string what = string.Create(
            CultureInfo.InvariantCulture, $"reboot lock, {Waiters} wait: release to next holder, {count} times, ");
        Target.AtMost target = new(LongestGap);
        return
        [
            One(what + "median", "s", answered[count / 2], target),
            One(what + "p99", "s", answered[(int)Math.Ceiling(count * 0.99) - 1], target),
            One(what + "longest", "s", answered[^1], target),
            One("reboot lock: the same from when the release was asked for, median", "s", asked[count / 2], target),
            One("reboot lock: the same, longest", "s", asked[^1], target),
            One(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"reboot lock: the same, leader killed midway, longest of {killed.Count}"),
                "s", killed[^1], Target.None),
            One("reboot lock: taken and given back, processor time of 3 members", "µs", pair, Target.None),
        ];
    }

    private static async Task<List<Turn>> PassOnAsync(
        ClusterProcesses cluster, int count, Func<int, Task> beforeRelease)
    {
        using CancellationTokenSource end = new(s_patience);
        Lock gate = new();
        List<Turn> turns = [];
        int holders = 0;
        await Task.WhenAll(Enumerable.Range(0, Waiters).Select(async number =>
        {
            using V2Client client = Client(cluster, number);
            Semaphores locks = new(client, TimeProvider.System);
            string id = string.Create(CultureInfo.InvariantCulture, $"waiter{number}");
            while (true)
            {
                HolderNote note = new(DateTimeOffset.UtcNow, "bench", null);
                LockAnswer answer = await locks.WaitAsync("", id, note, static _ => { }, end.Token);
                Turn turn = new() { Granted = Stopwatch.GetTimestamp() };
                Assert.That(answer.Kind, Is.EqualTo(LockAnswerKind.Granted), answer.Reason);
                Assert.That(Interlocked.Increment(ref holders), Is.EqualTo(1), "holders");
                int before;
                lock (gate)
                {
                    before = turns.Count;
                    turns.Add(turn);
                }

                await Task.Delay(s_hold, end.Token);
                await beforeRelease(before);
                Interlocked.Decrement(ref holders);
                turn.Asked = Stopwatch.GetTimestamp();
                LockAnswer given = await locks.ReleaseAsync("", id, end.Token);
                turn.Released = Stopwatch.GetTimestamp();
                Assert.That(given.Kind, Is.EqualTo(LockAnswerKind.Released), given.Reason);
                if (before >= count)
                    return;
            }
        }));
        return turns[..(count + 1)];
    }

    // Sorted seconds. The next may know of it before the one that gave it back does.
    private static List<double> Gaps(List<Turn> turns, Func<Turn, long> from)
    {
        List<double> gaps = [];
        for (int i = 1; i < turns.Count; i++)
            gaps.Add(Math.Max(Stopwatch.GetElapsedTime(from(turns[i - 1]), turns[i].Granted).TotalSeconds, 0));
        gaps.Sort();
        return gaps;
    }

    private static async Task<double> PairAsync(ClusterProcesses cluster)
    {
        using V2Client client = Client(cluster, 0);
        Semaphores locks = new(client, TimeProvider.System);
        int[] members = [.. cluster.Pids];
        TimeSpan before = ProcessMeter.ProcessorTime(members);
        for (int i = 0; i < Pairs; i++)
        {
            HolderNote note = new(DateTimeOffset.UtcNow, "bench", null);
            LockAnswer taken = await locks.AcquireAsync("", "alone", note, default);
            Assert.That(taken.Kind, Is.EqualTo(LockAnswerKind.Granted), taken.Reason);
            LockAnswer given = await locks.ReleaseAsync("", "alone", default);
            Assert.That(given.Kind, Is.EqualTo(LockAnswerKind.Released), given.Reason);
        }

        return (ProcessMeter.ProcessorTime(members) - before).TotalMicroseconds / Pairs;
    }

    // Its own member first, then the others, as a command with several --endpoints.
    private static V2Client Client(ClusterProcesses cluster, int number)
    {
        List<ClientEndpoint> endpoints = [];
        for (int i = 0; i < cluster.Members.Count; i++)
        {
            string url = cluster.Members[(number + i) % cluster.Members.Count].Url;
            Assert.That(ClientEndpoint.TryParse(url, out ClientEndpoint? endpoint, out string? problem), problem);
            endpoints.Add(endpoint!);
        }

        return new V2Client(new ClientOptions { Endpoints = endpoints });
    }

    private static Figure One(string name, string unit, double value, Target target) =>
        new(name, unit, target, [(double.NaN, value)]);

    // One holder's moments.
    private sealed class Turn
    {
        public long Granted { get; init; }

        public long Asked { get; set; }

        public long Released { get; set; }
    }
}
