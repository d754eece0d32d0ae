using System.Diagnostics;
using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>
/// Two hands that know nothing of each other, one at the processes and one at the network: whatever comes of both at
/// once, for as long as wanted. More than a quorum may be away for a while.
/// </summary>
internal sealed class RandomAttack(ClusterTrial trial)
{
    private const int LongestFaultMilliseconds = 2000;
    private const int LongestRestMilliseconds = 600;

    private readonly Prng _processes = trial.Prng.Child("processes");
    private readonly Prng _links = trial.Prng.Child("links");

    /// <summary>How many faults there were.</summary>
    public int Count { get; private set; }

    /// <summary>Attacks for a time; then everything runs, and every link is whole.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(
            RepeatAsync(_processes, AttackProcessAsync, () => watch.Elapsed > time),
            RepeatAsync(_links, AttackLinksAsync, () => watch.Elapsed > time));
    }

    private async Task RepeatAsync(Prng prng, Func<Task> attack, Func<bool> isOver)
    {
        while (!isOver())
        {
            await attack();
            Count++;
            await trial.ThrowIfBrokenAsync();
            await Task.Delay(prng.Next(LongestRestMilliseconds));
        }
    }

    private async Task AttackProcessAsync()
    {
        IReadOnlyList<ServerProcess> members = trial.Cluster.Members;
        ServerProcess member = members[_processes.Next(members.Count)];
        TimeSpan time = TimeSpan.FromMilliseconds(_processes.Next(LongestFaultMilliseconds));
        switch (_processes.Next(8))
        {
            case 0 or 1 or 2:
                await member.KillAsync();
                await Task.Delay(time);
                member.Launch();
                break;
            case 3 or 4:
                member.Pause();
                await Task.Delay(time);
                member.Resume();
                break;
            case 5:
                await Task.WhenAll(members.Select(m => m.KillAsync()));
                foreach (ServerProcess one in members)
                    one.Launch();
                break;
            case 6:
                // Killed again while it starts.
                await member.KillAsync();
                member.Launch();
                await Task.Delay(time / 20);
                await member.KillAsync();
                member.Launch();
                break;
            default:
                await member.StopAsync();
                member.Launch();
                break;
        }
    }

    private async Task AttackLinksAsync()
    {
        PacketNetwork network = trial.Cluster.Network!;
        int members = trial.Cluster.Members.Count;
        int one = 1 + _links.Next(members);
        int other = 1 + (one + _links.Next(members - 1)) % members;
        TimeSpan some = TimeSpan.FromMilliseconds(_links.Next(1, 40));
        network.Faults = _links.Next(6) switch
        {
            0 => LinkFaults.None.WithoutLink(one, network.Count),
            1 => LinkFaults.None.WithoutPair(one, other),
            2 => LinkFaults.None.WithoutWay(one, other),
            3 => LinkFaults.None with { Loss = 0.2 * _links.NextDouble() },
            4 => LinkFaults.None with { Delay = some, Jitter = some },
            _ => (LinkFaults.None with { Loss = 0.05 }).WithoutWay(one, other).WithoutWay(other, 1 + other % members),
        };
        await Task.Delay(_links.Next(LongestFaultMilliseconds));
        network.Faults = LinkFaults.None;
    }
}
