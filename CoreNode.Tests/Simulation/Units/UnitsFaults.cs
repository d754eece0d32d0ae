using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>What goes wrong in one simulation of units, and when.</summary>
internal sealed class UnitsFaults(UnitsCluster cluster)
{
    private const string Nothing = "nothing";
    private readonly Prng _chance = new Prng(cluster.Plan.Seed).Child("unit faults");
    private readonly SimulatedWorld _world = cluster.World;
    private bool _isOver;

    public int Count { get; private set; }

    public void Plan()
    {
        for (int i = 0; i < cluster.Plan.Faults; i++)
            _world.At(8 * UnitsPlan.Second + (long)(_chance.NextDouble() * 100 * UnitsPlan.Second), Happen);
    }

    /// <summary>All that goes on ends.</summary>
    public void End()
    {
        _isOver = true;
        cluster.Network.Heal();
        cluster.Network.Slowness = 1;
        foreach (UnitsNode node in cluster.Nodes)
        {
            node.Trap = null;
            node.Resume();
            node.IsUp = true;
            // One that leaves is started again once it has left.
            for (int second = 0; second < 40; second++)
                _world.After(second * UnitsPlan.Second, () => cluster.Begin(node));
        }
    }

    private UnitsNode Any() => cluster.Store.Leader is { } leader && _chance.Chance(0.3)
        ? leader.Node
        : cluster.Nodes[_chance.Next(cluster.Nodes.Count)];

    private long Between(int least, int most) =>
        (long)((least + (_chance.NextDouble() * (most - least))) * UnitsPlan.Second);

    private void Later(long time, Action what) => _world.After(time, () =>
    {
        if (!_isOver)
            what();
    });

    private void Happen()
    {
        UnitsNode node = Any();
        int choice = _chance.Next(110);
        UnitsFault fault = choice switch
        {
            < 10 => UnitsFault.Kill,
            < 25 => UnitsFault.Pause,
            < 32 => UnitsFault.Leave,
            < 42 => UnitsFault.StopAt,
            < 52 => UnitsFault.Reboot,
            < 65 => UnitsFault.Isolate,
            < 73 => UnitsFault.Split,
            < 83 => UnitsFault.CutFromLeader,
            < 90 => UnitsFault.StopMajority,
            < 95 => UnitsFault.Slow,
            < 100 => UnitsFault.Transfer,
            < 105 => UnitsFault.KillGuard,
            _ => UnitsFault.LeaveLate,
        };
        // Some bugs show only right between a decision and what follows.
        if (choice < 50)
        {
            fault = cluster.Plan.Bug switch
            {
                UnitsBug.WritesLate or UnitsBug.StartsLate => UnitsFault.StopAt,
                UnitsBug.RemovesLate => UnitsFault.LeaveLate,
                UnitsBug.BelievesOldNews => choice < 25 ? UnitsFault.Reboot : UnitsFault.Isolate,
                UnitsBug.MissesNoGuard when choice < 10 => UnitsFault.KillGuard,
                _ => fault,
            };
        }

        string what = Do(fault, node);
        Count++;
        if (what != Nothing)
            cluster.Tally.Count($"fault: {fault}");
        _world.Trace.Note(9, (ulong)fault);
        if (_world.Trace.IsVerbose)
            _world.Trace.Mark("FAULT " + what);
    }

    private string Do(UnitsFault fault, UnitsNode node) => fault switch
    {
        UnitsFault.Kill => Kill(node),
        UnitsFault.Pause => Pause(node),
        UnitsFault.Leave => Leave(node),
        UnitsFault.LeaveLate => LeaveLate(node),
        UnitsFault.StopAt => StopAt(node),
        UnitsFault.Reboot => Reboot(node),
        UnitsFault.Isolate => Isolate(node),
        UnitsFault.Split => Split(),
        UnitsFault.CutFromLeader => CutFromLeader(node),
        UnitsFault.StopMajority => StopMajority(),
        UnitsFault.Slow => Slow(),
        UnitsFault.Transfer => Transfer(),
        UnitsFault.KillGuard => KillGuard(node),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
    };

    // A supervisor's end while its guard is being replaced is more than is promised.
    private string Kill(UnitsNode node)
    {
        if (cluster.ManagerOf(node).HasNoGuard)
            return Nothing;
        node.Die();
        Later(Between(0, 12), () => cluster.Begin(node));
        return $"the supervisor of machine {node.Index} is killed";
    }

    private string Pause(UnitsNode node)
    {
        if (cluster.ManagerOf(node).HasNoGuard)
            return Nothing;
        node.Pause();
        Later(Between(1, 25), node.Resume);
        return $"the supervisor of machine {node.Index} stands still";
    }

    // Between the decision to place or to start a singleton and its being done.
    private string StopAt(UnitsNode node)
    {
        TrapPoint point = cluster.Plan.Bug switch
        {
            UnitsBug.WritesLate => TrapPoint.Write,
            UnitsBug.StartsLate => TrapPoint.Process,
            _ => (TrapPoint)_chance.Next((int)TrapPoint.Removal),
        };
        if (point == TrapPoint.Write && cluster.Store.Leader is { } leader)
            node = leader.Node;
        bool isKilled = _chance.Chance(0.35);
        string how = isKilled ? "killed" : "stands still";
        void Spring()
        {
            if (!_isOver && (isKilled ? Kill(node) : Pause(node)) != Nothing)
                cluster.Tally.Count($"{how} right at its {point}");
        }

        node.Trap = (point, Spring);
        return $"the supervisor of machine {node.Index} {how} at its next {point}";
    }

    private string LeaveLate(UnitsNode node)
    {
        if (cluster.AgentOf(node) is not { } agent || Leave(node) == Nothing)
            return Nothing;
        void Spring()
        {
            if (_isOver || agent.Home() is not { } home || home.Node == node || Pause(home.Node) == Nothing)
                return;
            cluster.Tally.Count("the removal of a registration is held up");
            Later(Between(3, 6), () => cluster.Begin(node));
        }

        node.Trap = (TrapPoint.Removal, Spring);
        return $"machine {node.Index} leaves, and is not heard at once";
    }

    private string KillGuard(UnitsNode node)
    {
        if (!node.IsRunning || node.IsPaused || !cluster.ManagerOf(node).KillGuard())
            return Nothing;
        return $"the guard of machine {node.Index} is killed";
    }

    private string Leave(UnitsNode node)
    {
        if (cluster.AgentOf(node) is not { IsLeaving: false } agent)
            return Nothing;
        cluster.Track(agent.LeaveAsync());
        Later(Between(1, 40), () => cluster.Begin(node));
        return $"machine {node.Index} leaves";
    }

    private string Reboot(UnitsNode node)
    {
        cluster.PowerOff(node);
        Later(Between(2, 50), () =>
        {
            node.IsUp = true;
            cluster.Begin(node);
        });
        return $"machine {node.Index} loses power";
    }

    private string Isolate(UnitsNode node)
    {
        foreach (UnitsNode other in cluster.Nodes)
            cluster.Network.Cut(node, other);
        Later(Between(1, 40), cluster.Network.Heal);
        return $"machine {node.Index} is cut off";
    }

    private string Split()
    {
        HashSet<int> half = [.. cluster.Nodes.Select(static n => n.Index).Where(_ => _chance.Chance(0.4))];
        foreach (UnitsNode a in cluster.Nodes)
        {
            foreach (UnitsNode b in cluster.Nodes)
            {
                if (half.Contains(a.Index) && !half.Contains(b.Index))
                    cluster.Network.Cut(a, b);
            }
        }

        Later(Between(1, 40), cluster.Network.Heal);
        return $"machines {string.Join(' ', half)} are cut off from the others";
    }

    private string CutFromLeader(UnitsNode node)
    {
        if (cluster.Store.Leader is not { } leader || leader.Node == node)
            return Nothing;
        cluster.Network.Cut(node, leader.Node);
        Later(Between(1, 40), cluster.Network.Heal);
        return $"machine {node.Index} is cut off from the leader, machine {leader.Node.Index}";
    }

    private string StopMajority()
    {
        foreach (StoreMember member in cluster.Store.Members.Take((cluster.Store.Members.Count / 2) + 1))
        {
            if (_chance.Chance(0.5))
                Kill(member.Node);
            else
                Pause(member.Node);
        }

        return "the store is away";
    }

    private string Slow()
    {
        cluster.Network.Slowness = 2 + _chance.Next(60);
        Later(Between(1, 15), () => cluster.Network.Slowness = 1);
        return $"the network is {cluster.Network.Slowness} times slower";
    }

    private string Transfer()
    {
        cluster.Store.Transfer();
        return "the leader steps down";
    }
}
