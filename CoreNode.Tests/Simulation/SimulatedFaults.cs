using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Simulation;

/// <summary>What goes wrong in one simulation, and when.</summary>
internal sealed class SimulatedFaults(SimulatedCluster cluster)
{
    private const long Calm = 3 * SimulationPlan.Second;

    private readonly SimulatedWorld _world = cluster.World;
    private readonly Prng _chance = new Prng(cluster.Plan.Seed).Child("faults");

    /// <summary>Faults that happened.</summary>
    public int Count { get; private set; }

    /// <summary>Plans all of them.</summary>
    public void Plan()
    {
        for (int i = 0; i < cluster.Plan.Faults; i++)
        {
            long at = Calm + (long)(_chance.NextDouble() * (SimulationPlan.Turmoil - Calm - SimulationPlan.Second));
            _world.At(at, Happen);
        }
    }

    /// <summary>Ends all that goes on.</summary>
    public void End()
    {
        cluster.Network.BeAtPeace();
        foreach (SimulatedMember member in cluster.Members)
        {
            member.DiskHangsUntil = 0;
            member.DiskSlowness = 1;
            member.Files.CrashAt = null;
            member.MustCrashInSync = false;
            member.Start();
        }
    }

    private void Happen()
    {
        SimulatedMember[] there = [.. cluster.Members.Where(static member => member.IsWanted)];
        SimulatedMember member = there[_chance.Next(there.Length)];
        if (_chance.Chance(0.4) && cluster.Leader is { } leader)
            member = leader.Member;
        int choice = cluster.Plan.ChangesMembers && _chance.Chance(0.4) ? 100 : _chance.Next(100);
        string what = choice switch
        {
            < 12 => Crash(member, isPowerCut: false),
            < 27 => Crash(member, isPowerCut: true),
            < 33 => CrashAtFileOperation(member),
            < 37 => CrashInSync(member),
            < 43 => CrashAll(),
            < 58 => CutLinks(),
            < 66 => Pause(member),
            < 72 => SlowDisk(member),
            < 78 => HangDisk(member),
            < 82 => JumpClock(member),
            < 86 => ChangeRate(member),
            < 90 => LoseMessages(),
            < 94 => SlowNetwork(),
            < 98 => Transfer(),
            < 100 => ChangeJointly(),
            _ => cluster.Membership.Change(),
        };
        Count++;
        _world.Trace.Note(9, (ulong)choice);
        if (_world.Trace.IsVerbose)
            _world.Trace.Write("FAULT " + what);
    }

    private string Crash(SimulatedMember member, bool isPowerCut)
    {
        if (member.Process is not null)
            member.Crash(isPowerCut);
        return $"{member.Name} goes down";
    }

    private static string CrashAtFileOperation(SimulatedMember member)
    {
        member.CrashAtFileOperation();
        return $"{member.Name} will die at its disk";
    }

    private static string CrashInSync(SimulatedMember member)
    {
        member.MustCrashInSync = true;
        return $"{member.Name} will lose power while it syncs";
    }

    private string CrashAll()
    {
        bool isPowerCut = _chance.Chance(0.5);
        foreach (SimulatedMember member in cluster.Members)
        {
            if (member.Process is not null)
                member.Crash(isPowerCut);
        }

        return isPowerCut ? "all lose power" : "all are killed";
    }

    // Halves that do not hear each other, a leader alone as often as not, or any links in one direction.
    private string CutLinks()
    {
        bool isSplit = _chance.Chance(0.7);
        bool isLeaderAlone = _chance.Chance(0.5);
        bool isOneWay = _chance.Chance(0.3);
        NodeId leader = cluster.Leader?.Id ?? NodeId.None;
        HashSet<NodeId> half = [.. cluster.Members.Select(static member => member.Id)
            .Where(id => isLeaderAlone ? id == leader : _chance.Chance(0.4))];
        foreach (SimulatedMember from in cluster.Members)
        {
            foreach (SimulatedMember to in cluster.Members)
            {
                bool isCut = isSplit
                    ? half.Contains(from.Id) != half.Contains(to.Id) && (!isOneWay || half.Contains(from.Id))
                    : _chance.Chance(0.3);
                if (isCut)
                    cluster.Network.Cut(from.Id, to.Id);
            }
        }

        _world.After((300 + _chance.Next(8000)) * SimulationPlan.Millisecond, cluster.Network.Heal);
        return $"{cluster.Network.CutCount} links are cut";
    }

    private string Pause(SimulatedMember member)
    {
        member.PausedUntil = _world.Now + ((100 + _chance.Next(6000)) * SimulationPlan.Millisecond);
        return $"{member.Name} stands still";
    }

    private string SlowDisk(SimulatedMember member)
    {
        member.DiskSlowness = 5 + _chance.Next(100);
        _world.After((1 + _chance.Next(10)) * SimulationPlan.Second, () => member.DiskSlowness = 1);
        return $"{member.Name}'s disk is {member.DiskSlowness} times slower";
    }

    private string HangDisk(SimulatedMember member)
    {
        member.DiskHangsUntil = _world.Now + ((200 + _chance.Next(5000)) * SimulationPlan.Millisecond);
        return $"{member.Name}'s disk hangs";
    }

    private string JumpClock(SimulatedMember member)
    {
        member.Time.WallOffset += TimeSpan.FromSeconds(_chance.Next(7200) - 3600);
        return $"{member.Name}'s wall clock jumps";
    }

    private string ChangeRate(SimulatedMember member)
    {
        member.Time.Rate = 0.8 + (_chance.NextDouble() * 0.4);
        return $"{member.Name}'s clock runs at {member.Time.Rate:F2}";
    }

    private string LoseMessages()
    {
        cluster.Network.ExtraLoss = _chance.NextDouble() * 0.2;
        _world.After((1 + _chance.Next(5)) * SimulationPlan.Second, () => cluster.Network.ExtraLoss = 0);
        return "connections break";
    }

    private string SlowNetwork()
    {
        cluster.Network.Slowness = 2 + _chance.Next(50);
        _world.After((1 + _chance.Next(5)) * SimulationPlan.Second, () => cluster.Network.Slowness = 1);
        return $"the network is {cluster.Network.Slowness} times slower";
    }

    // Two votes change at once, which no client can ask for: demoted members get their votes back by themselves.
    private string ChangeJointly()
    {
        if (cluster.Leader is not { } leader)
            return "nobody leads";
        Configuration configuration = leader.Core.Raft.Configuration;
        NodeId[] others = [.. configuration.Voters.Where(id => id != leader.Id || _chance.Chance(0.2))];
        ConfigurationStep[] steps = [.. others.OrderBy(_ => _chance.NextUInt64()).Take(2)
            .Select(static id => new ConfigurationStep(ConfigurationOperation.AddLearner, id))];
        if (steps.Length < 2 || configuration.Voters.Count < 4)
            return "there are too few voters for a joint change";
        ProposeResult result = leader.Core.Raft.ProposeConfiguration(new ConfigurationChange(steps));
        return $"{leader.Member.Name} is to take two votes: {result.Outcome}";
    }

    private string Transfer()
    {
        if (cluster.Leader is not { } leader)
            return "nobody leads";
        NodeId target = cluster.Members[_chance.Next(cluster.Members.Count)].Id;
        leader.Post(new MoveLeader(target));
        return $"{leader.Member.Name} is to hand over to {target}";
    }
}
