using CoreNode.Runner.Jobs;
using CoreNode.Runner.Machine;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Runner.Live;

/// <summary>
/// Lets the jobs that nothing holds up act on their units, and tells those who wait. Owned by the runner's thread.
/// </summary>
internal sealed class JobRunner(
    SortedDictionary<string, LiveUnit> units, JobTable jobs, UnitDriver driver, UnitOutput output, string hostName,
    Func<TimeSpan> clock)
{
    private readonly Dictionary<long, List<TaskCompletionSource<JobResult>>> _waiting = [];

    /// <summary>Told after a job made a unit's machine move.</summary>
    public Action<LiveUnit> Moved { get; set; } = static _ => { };

    /// <summary>Makes known how units stand.</summary>
    public Action Publish { get; set; } = static () => { };

    /// <summary>Asks for a job and gives the task of its end.</summary>
    public Task<JobResult> Ask(string name, JobKind kind)
    {
        if (!units.ContainsKey(name))
            throw new UnitManagerException($"{name} is not loaded on this machine");
        UnitJob job = kind switch
        {
            JobKind.Start => jobs.Start(name),
            JobKind.Stop => jobs.Stop(name),
            _ => jobs.Restart(name),
        };
        TaskCompletionSource<JobResult> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryGetValue(job.Id, out List<TaskCompletionSource<JobResult>>? waiting))
            _waiting.Add(job.Id, waiting = []);
        waiting.Add(end);
        return end.Task;
    }

    /// <summary>Tells all who wait that nothing more will come.</summary>
    public void GiveUp(Exception reason)
    {
        foreach (List<TaskCompletionSource<JobResult>> waiting in _waiting.Values)
        {
            foreach (TaskCompletionSource<JobResult> one in waiting)
                one.TrySetException(reason);
        }

        _waiting.Clear();
    }

    /// <summary>Lets jobs go on until none can.</summary>
    public void Run()
    {
        bool isMoving = true;
        while (isMoving)
        {
            isMoving = jobs.Release().Count > 0;
            foreach (UnitJob job in (UnitJob[])[.. jobs.All])
            {
                if (job.IsReleased && jobs.Of(job.Unit) == job)
                    isMoving |= Advance(job);
            }

            foreach (FinishedJob finished in jobs.TakeFinished())
                Finish(finished);
        }
    }

    // True if something may have changed for other jobs.
    private bool Advance(UnitJob job)
    {
        if (!units.TryGetValue(job.Unit, out LiveUnit? unit))
        {
            jobs.Finish(job, "canceled", "the unit was unloaded");
            return true;
        }

        UnitPhase phase = unit.Machine.State.Phase;
        if (job.Kind == JobKind.Start)
            return AdvanceStart(job, unit, phase);
        if (phase is UnitPhase.Dead or UnitPhase.Failed)
        {
            if (job.Kind == JobKind.Stop)
            {
                jobs.Finish(job, "done", "");
                return true;
            }

            job.Kind = JobKind.Start;
            job.IsReleased = false;
            job.HasBegun = false;
            return true;
        }

        if (job.HasBegun)
            return false;
        job.HasBegun = true;
        unit.Machine.Stop(clock());
        driver.Settle(unit);
        Moved(unit);
        return true;
    }

    private bool AdvanceStart(UnitJob job, LiveUnit unit, UnitPhase phase)
    {
        if (PhaseWords.IsActive(phase))
        {
            jobs.Finish(job, "done", "");
            return true;
        }

        if (job.HasBegun && unit.Machine.EndedAs is { } end)
        {
            jobs.Finish(job, end == UnitPhase.Failed ? "failed" : "done", end == UnitPhase.Failed ? Reason(unit) : "");
            return true;
        }

        if (job.HasBegun || PhaseWords.IsStopping(phase))
            return false;
        job.HasBegun = true;
        unit.Machine.EndedAs = null;
        if (!PhaseWords.IsDown(phase))
            return false;
        if (UnitConditions.Unmet(unit.Machine.Settings.Conditions, areAssertions: true, hostName) is { } assertion)
        {
            string reason = $"Assert{assertion.Kind}={assertion.Path} does not hold";
            output.Say(unit, 3, reason);
            jobs.Finish(job, "failed", reason);
            return true;
        }

        if (UnitConditions.Unmet(unit.Machine.Settings.Conditions, areAssertions: false, hostName) is { } unmet)
        {
            output.Say(unit, 6, $"Condition{unmet.Kind}={unmet.Path} does not hold, the start is skipped");
            jobs.Finish(job, "done", "");
            return true;
        }

        unit.Machine.Start(clock());
        driver.Settle(unit);
        Moved(unit);
        return true;
    }

    private static string Reason(LiveUnit unit)
    {
        MachineState state = unit.Machine.State;
        string end = state.MainEnd is { } main ? $", main process {ExitRules.Text(main)}" : "";
        return $"{unit.Name} failed with result '{state.Result}'{end}; its journal says more";
    }

    private void Finish(FinishedJob finished)
    {
        if (!_waiting.Remove(finished.Id, out List<TaskCompletionSource<JobResult>>? waiting))
            return;
        UnitStates states = units.TryGetValue(finished.Unit, out LiveUnit? unit) ? unit.States() : UnitStates.NotFound;
        // Whoever waited may look at once: what is published is as new as the answer.
        Publish();
        foreach (TaskCompletionSource<JobResult> one in waiting)
            one.TrySetResult(new JobResult(finished.Result == "done", finished.Result, finished.Reason, states));
    }
}
