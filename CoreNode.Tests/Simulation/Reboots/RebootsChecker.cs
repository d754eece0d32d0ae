using CoreNode.RebootLock.Model;
using CoreNode.Store;
using CoreNode.Windows;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>What must hold at every moment, and at the end.</summary>
internal sealed class RebootsChecker(RebootsCluster cluster)
{
    private static readonly TimeSpan s_stopping = TimeSpan.FromSeconds(10);

    private readonly string _key = LockKeys.Semaphore("");
    private readonly WindowCalendar? _windows = cluster.Plan.Settings.Windows;
    private readonly Dictionary<string, int> _bootsAtGrant = [];
    private readonly HashSet<int> _asked = [];
    private SemaphoreValue _value = SemaphoreValue.Initial;
    private long _freedAt = -1;

    public int Restarts { get; private set; }

    public int Grants { get; private set; }

    public int HoldersNow => _value.Holders.Count;

    public int MaxNow => _value.Max;

    public bool Holds(RebootsMachine machine) => _value.Holds(machine.Id);

    /// <summary>From a lock that is given back to the next one that is granted.</summary>
    public List<TimeSpan> HandOvers { get; } = [];

    /// <summary>Something is written to the store.</summary>
    public void Written(KvChange change, RebootsMachine? by)
    {
        if (change.Node.Key != _key)
            return;
        SemaphoreValue before = _value;
        if (change.Node.Value is not { } text || SemaphoreJson.Read(text, out string problem) is not { } value)
        {
            cluster.Fail($"{_key} is no semaphore any more");
            return;
        }

        _value = value;
        cluster.Say($"store: {text}");
        if (value.Holders.Count > value.Max)
            cluster.Fail($"{value.Holders.Count} hold a lock that {value.Max} may hold: {text}");
        foreach (string id in value.Holders)
        {
            if (before.Holds(id))
                continue;
            Grants++;
            if (_freedAt >= 0)
                HandOvers.Add(TimeSpan.FromTicks((cluster.World.Now - _freedAt) / 100));
            _freedAt = -1;
            _bootsAtGrant[id] = 0;
        }

        foreach (string id in before.Holders)
        {
            if (value.Holds(id))
                continue;
            _freedAt = cluster.World.Now;
            if (by?.Id == id && _bootsAtGrant[id] > 0 && by.HasRestarted && !by.IsProved)
                cluster.Fail($"{id} gives the lock back though it is not healthy after its restart");
        }
    }

    /// <summary>A machine takes units again.</summary>
    public void Uncordoned(RebootsMachine machine)
    {
        if (_bootsAtGrant.GetValueOrDefault(machine.Id) > 0 && Holds(machine) && machine.HasRestarted
            && !machine.IsProved)
            cluster.Fail($"{machine.Id} takes units though it is not healthy after its restart");
    }

    /// <summary>A machine is asked to restart.</summary>
    public void Asked(RebootsMachine machine)
    {
        Restarts++;
        _bootsAtGrant[machine.Id] = _bootsAtGrant.GetValueOrDefault(machine.Id) + 1;
        if (!Holds(machine))
            cluster.Fail($"{machine.Id} restarts without the lock");
        if (!machine.IsCordoned || machine.Units > 0)
            cluster.Fail($"{machine.Id} restarts with {machine.Units} units on it");
        if (_windows is { } windows && !IsOpen(windows, TimeSpan.Zero) && !IsOpen(windows, s_stopping))
            cluster.Fail($"{machine.Id} restarts outside of its windows");
        int away = 1 + cluster.Machines.Count(m => m != machine && m.IsAsked && !m.IsLost);
        if (away > cluster.Plan.Max)
            cluster.Fail($"{away} machines restart at once, and {cluster.Plan.Max} may");
        if (away > 1)
            cluster.Tally.Count("several machines restart at once");
        CheckQuorum(machine);
        _asked.Add(machine.Index);
        if (cluster.IsSick && _asked.Count > cluster.Plan.Max)
            cluster.Fail($"{_asked.Count} machines restart into a version that does not work");
    }

    /// <summary>Whether everything is over.</summary>
    public bool IsOver() => Unfinished().Length == 0;

    /// <summary>What is not over; empty: nothing.</summary>
    public string Unfinished()
    {
        foreach (RebootsMachine machine in cluster.Machines)
        {
            if (machine.IsLost)
                continue;
            if (!machine.IsUp || machine.Version != machine.Installed || machine.IsCordoned)
                return $"{machine.Id}: up {machine.IsUp}, version {machine.Version}, cordoned {machine.IsCordoned}, "
                    + $"{machine.Service?.Status.Stage}: {machine.Service?.Status.Reason}";
            if (machine.Service?.Status.Stage != "idle")
                return $"{machine.Id}: {machine.Service?.Status.Stage}: {machine.Service?.Status.Reason}";
        }

        return _value.Holders.Count > 0 && !cluster.Machines.Any(m => m.IsLost && Holds(m))
            ? $"{string.Join(", ", _value.Holders)} hold the lock" : "";
    }

    // What fails by itself after a machine was let go is not the order's fault; who goes as ordered is.
    private void CheckQuorum(RebootsMachine machine)
    {
        if (!machine.IsVoter || cluster.Plan.Voters <= 2)
            return;
        int quorum = (cluster.Plan.Voters / 2) + 1;
        int left = cluster.Voters.Count(
            v => v != machine && !v.IsAsked && (v.IsUp || v.CrashedAt > machine.AdmittedAt));
        if (left < quorum)
            cluster.Fail($"{machine.Id} restarts and leaves {left} of {cluster.Plan.Voters} voters");
    }

    private bool IsOpen(WindowCalendar windows, TimeSpan ago) =>
        windows.IsOpen((RebootsCluster.Start + TimeSpan.FromTicks(cluster.World.Now / 100) - ago).ToUnixTimeSeconds());
}
