using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>
/// A fleet, its liars, its update server and its operators in one thread, by a queue of turns. Until a time all kinds
/// of faults; from then on none, and everybody who is healthy must get to the last release within a bound.
/// </summary>
internal sealed class FleetWorld
{
    private const long Hour = 3600;

    // Whose turn it is: machines by their number, the others below.
    private const int OperatorTurn = -1;
    private const int AgeTurn = -2;
    private const int RestartTurn = -3;
    private const int JumpTurn = -4;
    private const int CalmTurn = -5;
    private const int LiarTurn = -10;

    private readonly PriorityQueue<(int Who, int Turn), (long Time, long Number)> _queue = new();
    private readonly FleetServer _server;
    private readonly FleetOperator _operator;
    private readonly FleetTurn _turn;
    private readonly FleetLiar[] _liars;
    private readonly Prng _chance;
    private long _number;
    private long _deadline = long.MaxValue;
    private long _skew;
    private long _jumpBack;
    private bool _isDone;

    public FleetWorld(FleetPlan plan)
    {
        Plan = plan;
        _chance = new Prng(plan.Seed).Child("world");
        Now = plan.Start;
        _server = new FleetServer(plan, Tally) { Clock = Now };
        Clients = [.. Enumerable.Range(0, plan.Machines).Select(NewClient)];
        _operator = new FleetOperator(this, _server, new Prng(plan.Seed).Child("operator"));
        _turn = new FleetTurn(this, _server, _chance);
        _liars = [.. Enumerable.Range(0, plan.Liars).Select(i => new FleetLiar(this, _server, i))];
    }

    public FleetPlan Plan { get; }

    public FleetTally Tally { get; } = new();

    public SimulationTrace Trace { get; } = new();

    public FleetClient[] Clients { get; }

    /// <summary>True time, in seconds since 1970.</summary>
    public long Now { get; private set; }

    /// <summary>The faults are over.</summary>
    public bool IsCalm { get; private set; }

    public FleetResult Run()
    {
        foreach (FleetClient client in Clients)
            Wake(client, _chance.Next(3 * (int)Hour));
        for (int i = 0; i < _liars.Length; i++)
            Enqueue(LiarTurn - i, 0, _chance.Next(3 * (int)Hour));
        Enqueue(OperatorTurn, 0, _chance.Next((int)Hour));
        Enqueue(AgeTurn, 0, Hour);
        for (int i = 0; i < Plan.Restarts; i++)
            Enqueue(RestartTurn, 0, _chance.Next((int)Plan.FaultSeconds));
        for (int i = 0; i < Plan.ClockJumps; i++)
            Enqueue(JumpTurn, 0, _chance.Next((int)Plan.FaultSeconds));
        Enqueue(CalmTurn, 0, Plan.FaultSeconds);
        while (!_isDone)
        {
            FleetChecker.Check(_queue.TryDequeue(out var turn, out var due), () => "nobody has a turn");
            Advance(due.Time);
            FleetChecker.Check(Now <= _deadline, () => $"not at the last release within its time: {Late()}");
            Take(turn.Who, turn.Turn);
        }

        return new FleetResult(Trace.Hash)
        {
            Machines = Clients.Length,
            Checks = _server.Checks,
            Grants = _server.Grants,
            Time = TimeSpan.FromSeconds(Now - Plan.Start),
            Tally = Tally,
        };
    }

    /// <summary>Its next turn, instead of the one that it waits for.</summary>
    public void Wake(FleetClient client, long after)
    {
        client.Turn++;
        Enqueue(client.Index, client.Turn, Math.Max(1, (long)(after * client.Drift)));
    }

    private void Enqueue(int who, int turn, long after) => _queue.Enqueue((who, turn), (Now + after, ++_number));

    private void Advance(long time)
    {
        Now = time;
        Trace.Now = (time - Plan.Start) * 1_000_000_000;
        _server.Clock = Now + _skew;
    }

    private void Take(int who, int turn)
    {
        if (who >= 0)
        {
            if (Clients[who].Turn == turn)
                _turn.Take(Clients[who]);
            return;
        }

        Trace.Note(who, (ulong)Now);
        switch (who)
        {
            case OperatorTurn:
                _operator.Act();
                _isDone = IsCalm && Left() == 0;
                Enqueue(OperatorTurn, 0, Hour);
                break;
            case AgeTurn:
                _server.Age();
                Enqueue(AgeTurn, 0, Hour);
                break;
            case RestartTurn:
                _server.Restart();
                break;
            case JumpTurn:
                Jump();
                break;
            case CalmTurn:
                EndFaults();
                break;
            default:
                if (IsCalm)
                    break;
                _liars[LiarTurn - who].Act();
                Enqueue(who, 0, 60 + _chance.Next((int)Hour));
                break;
        }
    }

    // The server's clock: a little, or by years and back after a while.
    private void Jump()
    {
        if (_jumpBack != 0)
        {
            _skew -= _jumpBack;
            _jumpBack = 0;
            Tally.Count("fault: server's clock put back");
        }
        else if (IsCalm)
        {
            return;
        }
        else if (Plan.HasFarJump)
        {
            _jumpBack = 400 * 24 * Hour;
            _skew += _jumpBack;
            Enqueue(JumpTurn, 0, 60 + _chance.Next((int)Hour));
            Tally.Count("fault: server's clock years ahead");
        }
        else
        {
            long change = _chance.Next(-2 * (int)Hour, 2 * (int)Hour);
            Tally.Count(change < 0 ? "fault: server's clock put back" : "fault: server's clock ahead");
            _skew += change;
        }

        Advance(Now);
        Trace.Note(JumpTurn, (ulong)Math.Abs(_skew));
        if (Trace.IsVerbose)
            Trace.Mark($"the server's clock is {_skew} s ahead");
    }

    private void EndFaults()
    {
        if (_jumpBack != 0)
            Jump();
        IsCalm = true;
        foreach (FleetClient client in Clients)
        {
            if (client.Kind is FleetKind.Broken or FleetKind.BrokenAndSilent)
                client.IsGone = true;
            else
                client.Kind = FleetKind.Healthy;
        }

        _operator.EndFaults();
        _deadline = Now + Bound();
        if (Trace.IsVerbose)
            Trace.Mark($"no more faults; all are to be there after {TimeSpan.FromSeconds(Bound())}");
    }

    // In each round as many as the limits allow are granted one: within it everybody who waits asks at least once while
    // a window is open, and who is held is held because as many others were granted one in the same round.
    private long Bound()
    {
        long steps = Plan.Releases[0].Floors.Count + 1;
        long most = 0;
        foreach (FleetGroup group in _server.Groups)
        {
            RolloutPolicy policy = group.Policy;
            long machines = _server.Machines.Count + Clients.Length;
            long atOnce = Math.Min(policy.MaxPerPeriod ?? machines, policy.MaxAtATime ?? machines);
            long rounds = ((machines * steps) + atOnce - 1) / atOnce;
            long ask = (long)(1.7 * (policy.PollInterval ?? TimeSpan.FromMinutes(45)).TotalSeconds) + 60;
            long work = 3 * (long)policy.GrantTimeout.TotalSeconds;
            long windows = policy.Windows.Count == 0 ? 0 : 4 * 24 * Hour;
            long round = ask + work + (long)policy.Period.TotalSeconds + windows;
            long waves = policy.Waves.Count == 0 ? 0 : (long)policy.Waves[^1].After.TotalSeconds;
            long reboot = Plan.RebootSeconds * 2;
            long first = steps * (ask + work + reboot + windows);
            most = Math.Max(
                most, (24 * Hour) + waves + first + (rounds * round) + (steps * (reboot + ask + windows)));
        }

        return most;
    }

    private int Left()
    {
        int left = 0;
        foreach (FleetClient client in Clients)
            left += IsLate(client) ? 1 : 0;
        return left;
    }

    private bool IsLate(FleetClient client) =>
        !client.IsGone
        && VersionOrder.Compare(client.Version, Plan.Releases[_server.Groups[client.Group].Release].Version) < 0;

    private string Late()
    {
        FleetClient first = Clients.First(IsLate);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Left()} machines, one is {first.Id} at {first.Version} in {first.Phase}: "
            + $"{_server.Machines.GetValueOrDefault(first.Id)?.Machine}, its group: "
            + $"{_server.Groups[first.Group].Rollout.Count(DateTimeOffset.FromUnixTimeSeconds(_server.Clock))} "
            + $"{_server.Groups[first.Group].Standing}");
    }

    private FleetClient NewClient(int index)
    {
        Prng own = _chance.Child($"client {index}");
        FleetKind kind = own.Chance(Plan.Unhealthy)
            ? (FleetKind)own.Next(1, Enum.GetValues<FleetKind>().Length)
            : FleetKind.Healthy;
        Tally.Count($"machine: {kind}");
        int group = index % 10 == 0 ? 0 : 1;
        double timeout = Plan.Policies[group].GrantTimeout.TotalSeconds;
        return new FleetClient
        {
            Index = index,
            Id = $"{own.NextUInt64():x16}{own.NextUInt64():x16}",
            Kind = kind,
            Group = group,
            Version = Plan.Versions[own.Next(Plan.Versions.Length)],
            TakesSteps = own.Chance(0.5),
            Drift = 0.9 + (0.2 * own.NextDouble()),
            FetchSeconds = 5 + own.Next((int)(timeout * 0.7)),
            RebootSeconds = 30 + own.Next((int)Plan.RebootSeconds),
            IsGone = kind == FleetKind.Gone,
        };
    }
}
