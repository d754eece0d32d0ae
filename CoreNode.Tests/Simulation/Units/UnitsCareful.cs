using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// People drain one machine after the other and change content meanwhile, and nothing goes wrong. What must hold from
/// the moment when all replicas work: of a template with N replicas never fewer than N are announced by a machine where
/// they run and are well; while new content goes round never fewer than N - MaxUnavailable=; and no copy is stopped
/// within a moment of having been announced, so that who reads the keys and does not retry meets no stopped one.
/// </summary>
internal sealed class UnitsCareful
{
    private const long Look = 20 * UnitsPlan.Millisecond;
    private const long Begin = 40 * UnitsPlan.Second;
    private const long Round = 60 * UnitsPlan.Second;

    // Less than AnnounceGrace=: a member may be that much behind.
    private const long Grace = 1500 * UnitsPlan.Millisecond;

    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private readonly UnitsCluster _cluster;
    private readonly UnitsWishes _wishes;
    private readonly Prng _chance;
    private readonly string _template;
    private readonly int _replicas;
    private readonly int _most;
    private readonly Dictionary<(string Unit, string Machine), long> _told = [];
    private int _content;
    private bool _isRolling;

    public UnitsCareful(UnitsCluster cluster, UnitsWishes wishes)
    {
        _cluster = cluster;
        _wishes = wishes;
        _chance = new Prng(cluster.Plan.Seed).Child("careful");
        _template = _chance.Chance(0.5) ? "u0-tells@.service" : "u0-well@.service";
        _replicas = 2 + _chance.Next(3);
        _most = 1 + _chance.Next(_replicas - 1);
    }

    /// <summary>How many rounds there are.</summary>
    public int Rounds => _cluster.Plan.Machines;

    /// <summary>When the last one is over.</summary>
    public long End => Begin + (Rounds * Round);

    public void Plan()
    {
        _wishes.Want(s_keys.EngineVersion, RegistryValues.EngineVersion);
        Submit();
        _wishes.Submit("u1-plain.service", File("Weight=1", 0), DesiredState.Launched);
        _wishes.Submit("u2-single.service", File("Singleton=yes", 0), DesiredState.Launched);
        SimulatedWorld world = _cluster.World;
        world.At(Begin, Watch);
        for (int i = 0; i < Rounds; i++)
        {
            string machine = _cluster.Nodes[i].Id;
            world.At(Begin + (i * Round) + UnitsPlan.Second, () => Drain(machine));
            if (_chance.Chance(0.6))
                world.At(
                    Begin + (i * Round) + (long)(_chance.NextDouble() * 30 * UnitsPlan.Second),
                    () =>
                    {
                        _isRolling = true;
                        _content++;
                        _cluster.Tally.Count("careful: new content");
                        Submit();
                    });
            world.At(Begin + ((i + 1) * Round) - (2 * UnitsPlan.Second), () => Uncordon(machine));
        }
    }

    /// <summary>A copy that runs is stopped.</summary>
    public void Stopping(UnitsNode node, string unit)
    {
        if (_told.TryGetValue((unit, node.Id), out long told) && _cluster.World.Now - told < Grace)
            _cluster.Fail(
                $"{unit} is stopped on machine {node.Index} right after clients were sent there, "
                + $"{(_cluster.World.Now - told) / UnitsPlan.Millisecond} ms");
    }

    private void Drain(string machine)
    {
        _cluster.Tally.Count("careful: drain");
        _wishes.Want(
            s_keys.MachineCordon(machine), RegistryValues.WriteCordon(new MachineCordon(IsDraining: true, "", "")));
    }

    private void Uncordon(string machine)
    {
        string[] left = [.. _cluster.Store.Newest.Registry.ScheduleOf(machine).Keys];
        if (left.Length > 0)
            _cluster.Fail($"a drained machine is left with {string.Join(' ', left)}");
        if (_isRolling)
            _cluster.Fail("new content did not reach all replicas");
        _wishes.Want(s_keys.MachineCordon(machine), null);
    }

    private void Watch()
    {
        int serving = 0;
        bool isNew = true;
        RegistryState registry = _cluster.Store.Newest.Registry;
        Job? template = registry.Jobs.GetValueOrDefault(_template);
        for (int i = 1; i <= _replicas; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            string unit = _template.Replace("@", $"@{number}", StringComparison.Ordinal);
            if (!_cluster.Store.Newest.Told.TryGetValue("/told/" + unit, out string? machine))
                continue;
            _told[(unit, machine)] = _cluster.World.Now;
            UnitsNode node = _cluster.Nodes.Single(one => one.Id == machine);
            UnitsManager manager = _cluster.ManagerOf(node);
            bool isServing = manager.Runs(unit) && !manager.IsSick(unit, TimeSpan.Zero);
            serving += isServing ? 1 : 0;
            isNew &= isServing && registry.Jobs.GetValueOrDefault(unit)?.Hash == template?.Hash
                && registry.State(unit, machine) is { IsAnnounced: true } state && state.Hash == template?.Hash;
        }

        int least = _replicas - (_isRolling ? _most : 0);
        if (serving < least)
            _cluster.Fail($"{serving} of {_replicas} replicas of {_template} serve, {least} must");
        if (serving == _replicas && isNew && _wishes.Open == 0)
            _isRolling = false;
        if (_cluster.World.Now < End)
            _cluster.World.After(Look, Watch);
    }

    private void Submit()
    {
        string check = UnitsChecker.IsChecked(_template) ? "HealthExec=/bin/look\nHealthInterval=2s\n" : "";
        string prefix = _template[.._template.IndexOf('@', StringComparison.Ordinal)];
        _wishes.Submit(
            _template,
            File(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Replicas={_replicas}\nUpdatePolicy=rolling\nMaxUnavailable={_most}\n{check}"
                    + $"Announce=/told/{prefix}@%i.service %m"),
                _content),
            DesiredState.Launched);
    }

    private static UnitFile File(string rules, int content) => UnitFile.Parse(
        string.Create(
            CultureInfo.InvariantCulture, $"[Service]\nExecStart=/bin/true {content}\n\n[X-Fleet]\n{rules}\n"),
        out _)!;
}
