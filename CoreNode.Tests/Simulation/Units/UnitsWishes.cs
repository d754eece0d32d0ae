using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// What people want: units of every kind, started, stopped, destroyed, restarted, machines cordoned and drained, by way
/// of any machine, one wish after the other, each repeated until the store has taken it.
/// </summary>
internal sealed class UnitsWishes
{
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private readonly UnitsCluster _cluster;
    private readonly Prng _chance;
    private readonly List<(string Name, UnitFile File)> _units = [];
    private readonly Queue<(string Key, string? Value)> _writes = new();
    private bool _isWriting;
    private ulong _restarts;

    public UnitsWishes(UnitsCluster cluster)
    {
        _cluster = cluster;
        _chance = new Prng(cluster.Plan.Seed).Child("wishes");
        for (int i = 0; i < cluster.Plan.Units; i++)
            _units.Add(Unit(i));
    }

    /// <summary>Writes that the store has not taken yet.</summary>
    public int Open => _writes.Count;

    public void Plan()
    {
        Want(s_keys.EngineVersion, RegistryValues.EngineVersion);
        foreach ((string name, UnitFile file) in _units)
            Submit(name, file, _chance.Chance(0.9) ? DesiredState.Launched : DesiredState.Loaded);
        for (int i = 0; i < _cluster.Plan.Wishes; i++)
            _cluster.World.At(5 * UnitsPlan.Second + (long)(_chance.NextDouble() * 110 * UnitsPlan.Second), Wish);
    }

    /// <summary>People leave everything on, and machines free.</summary>
    public void End()
    {
        foreach (UnitsNode node in _cluster.Nodes)
            Want(s_keys.MachineCordon(node.Id), null);
        foreach ((string name, UnitFile file) in _units)
            Submit(name, file, _chance.Chance(0.8) ? DesiredState.Launched : DesiredState.Inactive);
    }

    private static (string Name, UnitFile File) Unit(int i)
    {
        (string name, string rules) = (i % 11) switch
        {
            0 => ($"u{i}-single.service", "Singleton=yes"),
            1 => ($"u{i}-plain.service", ""),
            2 => ($"u{i}-global.service", "Global=true"),
            3 => ($"u{i}-follows.service", $"MachineOf=u{i - 2}-plain.service"),
            4 => ($"u{i}-single.service", "Singleton=yes\nConflicts=u*-single.service"),
            6 => ($"u{i}-many@.service", "Replicas=2"),
            7 => ($"u{i}-moves.service", "RescheduleOnFailure=yes"),
            8 => ($"u{i}-tells.service", $"Announce=/told/u{i}-tells.service %m"),
            10 => ($"u{i}-well.service",
                $"Announce=/told/u{i}-well.service %m\nHealthExec=/bin/look\nHealthInterval=2s"),
            9 => ($"u{i}-ousts.service", $"Replaces=u{i - 2}-moves.service"),
            _ => ($"u{i}-picky.service", "Conflicts=u*-picky.service"),
        };
        UnitFile? file = UnitFile.Parse($"[Service]\nExecStart=/bin/true {i}\n\n[X-Fleet]\n{rules}\n", out _);
        return (name, file!);
    }

    /// <summary>Hands in a unit.</summary>
    public void Submit(string name, UnitFile file, DesiredState state)
    {
        Want(s_keys.Unit(file.Hash), RegistryValues.WriteUnit(file));
        Want(s_keys.JobObject(name), RegistryValues.WriteJobObject(name, file.Hash));
        Want(s_keys.JobTargetState(name), DesiredStates.Word(state));
    }

    private void Wish()
    {
        (string name, UnitFile file) = _units[_chance.Next(_units.Count)];
        string machine = _cluster.Nodes[_chance.Next(_cluster.Nodes.Count)].Id;
        int choice = _chance.Next(100);
        string what = choice switch
        {
            < 25 => "start",
            < 40 => "load",
            < 55 => "stop",
            < 65 => "destroy",
            < 75 => "submit",
            < 85 => "restart",
            < 90 => "cordon",
            < 95 => "drain",
            _ => "uncordon",
        };
        _cluster.Tally.Count($"wish: {what}");
        if (_cluster.World.Trace.IsVerbose)
            _cluster.World.Trace.Mark($"WISH {what} {(choice < 85 ? name : machine)}");
        switch (what)
        {
            case "start" or "submit":
                Submit(name, file, DesiredState.Launched);
                break;
            case "load" or "stop":
                Want(
                    s_keys.JobTargetState(name),
                    DesiredStates.Word(what == "load" ? DesiredState.Loaded : DesiredState.Inactive));
                break;
            case "destroy":
                Want(s_keys.Job(name), null);
                break;
            case "restart":
                Want(s_keys.JobRestart(name), RegistryValues.WriteCounter(++_restarts));
                break;
            case "uncordon":
                Want(s_keys.MachineCordon(machine), null);
                break;
            default:
                Want(
                    s_keys.MachineCordon(machine),
                    RegistryValues.WriteCordon(new MachineCordon(what == "drain", "", "")));
                break;
        }
    }

    /// <summary>Writes a key, or removes it (null), after all that was wanted before.</summary>
    public void Want(string key, string? value)
    {
        _writes.Enqueue((key, value));
        if (_isWriting)
            return;
        _isWriting = true;
        _cluster.World.After(UnitsPlan.Millisecond, Write);
    }

    // By way of a machine that may go down meanwhile: then by another one.
    private void Write()
    {
        if (!_writes.TryPeek(out (string Key, string? Value) write))
        {
            _isWriting = false;
            return;
        }

        UnitsNode[] running = [.. _cluster.Store.Members.Select(static m => m.Node).Where(static n => n.IsRunning)];
        if (running.Length == 0)
        {
            _cluster.World.After(UnitsPlan.Second, Write);
            return;
        }

        UnitsNode node = running[_chance.Next(running.Length)];
        bool isOver = false;
        void Over(bool isDone)
        {
            if (isOver)
                return;
            isOver = true;
            if (isDone)
                _writes.Dequeue();
            _cluster.World.After(10 * UnitsPlan.Millisecond, Write);
        }

        _cluster.World.After(3 * UnitsPlan.Second, () => Over(false));
        _cluster.Track(WriteAsync(node, write.Key, write.Value, Over));
    }

    private async Task WriteAsync(UnitsNode node, string key, string? value, Action<bool> over)
    {
        UnitsClient client = new(_cluster.Store, node, () => _cluster.Store.MemberOf(node));
        KvOutcome outcome = value is not null
            ? await client.SetAsync(key, value, KvSetOptions.None, default)
            : await client.DeleteAsync(key, new KvDeleteOptions { IsRecursive = true, IsDirectory = true }, default);
        over(outcome is KvOutcome.Done
            || (outcome is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound)));
    }
}
