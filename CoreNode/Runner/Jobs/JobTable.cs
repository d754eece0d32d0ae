using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Jobs;

/// <summary>
/// Which jobs there are, which of them may go on, and what one means for other units (systemd.unit(5): Requires=,
/// Wants=, BindsTo=, PartOf=, Conflicts=, After=, Before=). Units that are not loaded here are taken as there. Pure:
/// what units do is told by the caller. One caller at a time.
/// </summary>
internal sealed class JobTable(IUnitGraph graph)
{
    private readonly SortedDictionary<long, UnitJob> _jobs = [];
    private readonly Dictionary<string, UnitJob> _byUnit = new(StringComparer.Ordinal);
    private readonly List<FinishedJob> _finished = [];
    private long _lastId;

    /// <summary>The job of a unit; null if it has none.</summary>
    public UnitJob? Of(string unit) => _byUnit.GetValueOrDefault(unit);

    /// <summary>All jobs, oldest first.</summary>
    public IReadOnlyCollection<UnitJob> All => _jobs.Values;

    /// <summary>The jobs that ended since the last call.</summary>
    public IReadOnlyList<FinishedJob> TakeFinished()
    {
        FinishedJob[] finished = [.. _finished];
        _finished.Clear();
        return finished;
    }

    /// <summary>Asks for a start, and for what it needs and excludes; gives the unit's own job.</summary>
    public UnitJob Start(string unit) => Begin(unit, JobKind.Start);

    /// <summary>Asks for a stop, and for that of what cannot be without it.</summary>
    public UnitJob Stop(string unit)
    {
        foreach (string dependent in Dependents(unit))
        {
            if (IsUp(dependent))
                Put(dependent, JobKind.Stop);
        }

        return Put(unit, JobKind.Stop);
    }

    /// <summary>Asks for a stop and a start, and for that of what cannot be without it.</summary>
    public UnitJob Restart(string unit)
    {
        foreach (string dependent in Dependents(unit))
        {
            if (IsUp(dependent))
                Put(dependent, JobKind.Restart);
        }

        return Begin(unit, JobKind.Restart);
    }

    /// <summary>A unit went down without being asked to: what is bound to it follows.</summary>
    public void WentDown(string unit)
    {
        if (Of(unit) is { Kind: JobKind.Stop or JobKind.Restart })
            return;
        foreach (string other in graph.Names)
        {
            if (Links(other).BindsTo.Contains(unit) && IsUp(other))
                Stop(other);
        }
    }

    /// <summary>A unit failed for good: what it names for that is started.</summary>
    public void HasFailed(string unit)
    {
        foreach (string other in Links(unit).OnFailure)
        {
            if (graph.LinksOf(other) is not null)
                Start(other);
        }
    }

    /// <summary>Forgets a unit: its job is cancelled.</summary>
    public void Forget(string unit)
    {
        if (Of(unit) is { } job)
            Remove(job, "canceled", "the unit was unloaded");
    }

    /// <summary>
    /// Lets go on what nothing holds up any more. Where jobs wait for each other in a circle, the oldest goes first.
    /// </summary>
    /// <returns>The jobs that may go on since this call.</returns>
    public IReadOnlyList<UnitJob> Release()
    {
        List<UnitJob> released = [];
        bool isAnyAtWork = false;
        UnitJob? oldest = null;
        foreach (UnitJob job in _jobs.Values)
        {
            isAnyAtWork |= job.IsReleased;
            if (job.IsReleased)
                continue;
            oldest ??= job;
            if (!IsHeldUp(job))
                released.Add(job);
        }

        if (released.Count == 0 && !isAnyAtWork && oldest is not null)
            released.Add(oldest);
        foreach (UnitJob job in released)
            job.IsReleased = true;
        return released;
    }

    /// <summary>A job is over; where a start failed, those that need the unit fail, too.</summary>
    public void Finish(UnitJob job, string result, string reason)
    {
        Remove(job, result, reason);
        if (job.Kind != JobKind.Start || result is "done" or "canceled" or "skipped")
            return;
        foreach (string other in graph.Names)
        {
            UnitLinks links = Links(other);
            bool needs = links.Requires.Contains(job.Unit) || links.BindsTo.Contains(job.Unit)
                || links.Requisite.Contains(job.Unit) || Links(job.Unit).RequiredBy.Contains(other);
            if (needs && Of(other) is { Kind: JobKind.Start, HasBegun: false } waiting)
                Finish(waiting, "dependency", $"{job.Unit}, which it needs, did not start");
        }
    }

    private UnitJob Begin(string unit, JobKind kind)
    {
        Queue<string> open = new([unit]);
        HashSet<string> seen = [unit];
        List<string> missing = [];
        while (open.TryDequeue(out string? one))
        {
            UnitLinks links = Links(one);
            foreach (string needed in Needed(one, links))
            {
                if (graph.LinksOf(needed) is not null && seen.Add(needed))
                    open.Enqueue(needed);
            }

            foreach (string required in links.Requisite)
            {
                if (graph.LinksOf(required) is not null && !PhaseWords.IsActive(graph.PhaseOf(required)))
                    missing.Add(one);
            }

            foreach (string other in graph.Names)
            {
                bool excludes = links.Conflicts.Contains(other) || Links(other).Conflicts.Contains(one);
                if (excludes && other != one && IsUp(other))
                    Stop(other);
            }
        }

        foreach (string one in seen)
        {
            if (one != unit && (!PhaseWords.IsActive(graph.PhaseOf(one)) || Of(one) is { Kind: JobKind.Stop }))
                Put(one, JobKind.Start);
        }

        UnitJob job = Put(unit, kind);
        foreach (string one in missing)
        {
            if (Of(one) is { } failing)
                Finish(failing, "dependency", "a unit of its Requisite= is not active");
        }

        return job;
    }

    private IEnumerable<string> Needed(string unit, UnitLinks links)
    {
        foreach (string one in links.Requires)
            yield return one;
        foreach (string one in links.BindsTo)
            yield return one;
        foreach (string one in links.Wants)
            yield return one;
        foreach (string other in graph.Names)
        {
            UnitLinks theirs = Links(other);
            if (theirs.WantedBy.Contains(unit) || theirs.RequiredBy.Contains(unit))
                yield return other;
        }
    }

    // All that is stopped when this one is: Requires=, BindsTo= and PartOf= of others, and so on from there.
    private List<string> Dependents(string unit)
    {
        List<string> found = [];
        Queue<string> open = new([unit]);
        while (open.TryDequeue(out string? one))
        {
            foreach (string other in graph.Names)
            {
                UnitLinks links = Links(other);
                bool depends = links.Requires.Contains(one) || links.BindsTo.Contains(one)
                    || links.PartOf.Contains(one) || Links(one).RequiredBy.Contains(other);
                if (depends && other != unit && !found.Contains(other))
                {
                    found.Add(other);
                    open.Enqueue(other);
                }
            }
        }

        return found;
    }

    private UnitJob Put(string unit, JobKind kind)
    {
        if (Of(unit) is { } present)
        {
            bool isSame = present.Kind == kind || (present.Kind == JobKind.Restart && kind == JobKind.Start);
            if (isSame)
                return present;
            Remove(present, "canceled", $"the unit was asked to {Verb(kind)} meanwhile");
        }

        UnitJob job = new(++_lastId, unit, kind);
        _jobs.Add(job.Id, job);
        _byUnit[unit] = job;
        return job;
    }

    private bool IsHeldUp(UnitJob job)
    {
        foreach (UnitJob other in _jobs.Values)
        {
            if (other != job && IsFirst(other, job))
                return true;
        }

        return false;
    }

    // What goes down goes first; of two that go the same way, the order of the units or its reverse.
    private bool IsFirst(UnitJob other, UnitJob job)
    {
        bool isOtherDown = other.Kind != JobKind.Start;
        bool isDown = job.Kind != JobKind.Start;
        bool isBehind = IsAfter(job.Unit, other.Unit);
        bool isBefore = IsAfter(other.Unit, job.Unit);
        if (isDown && isOtherDown)
            return isBefore;
        if (isDown)
            return false;
        if (isOtherDown)
        {
            return isBehind || isBefore || Links(job.Unit).Conflicts.Contains(other.Unit)
                || Links(other.Unit).Conflicts.Contains(job.Unit);
        }

        return isBehind;
    }

    private bool IsAfter(string unit, string other) =>
        Links(unit).After.Contains(other) || Links(other).Before.Contains(unit);

    private bool IsUp(string unit) => !PhaseWords.IsDown(graph.PhaseOf(unit))
        || graph.PhaseOf(unit) == UnitPhase.AutoRestart || Of(unit) is { Kind: not JobKind.Stop };

    private void Remove(UnitJob job, string result, string reason)
    {
        _jobs.Remove(job.Id);
        _byUnit.Remove(job.Unit);
        _finished.Add(new FinishedJob(job.Id, job.Unit, result, reason));
    }

    private UnitLinks Links(string unit) => graph.LinksOf(unit) ?? UnitLinks.None;

    private static string Verb(JobKind kind) => kind switch
    {
        JobKind.Start => "start",
        JobKind.Stop => "stop",
        _ => "restart",
    };
}
