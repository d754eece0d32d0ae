using CoreNode.Foundation;

namespace CoreNode.Units.Agent;

/// <summary>
/// Figures of the agent (docs/operations.md). One for each process: an agent that is started anew goes on counting.
/// </summary>
public sealed class AgentMetrics
{
    private readonly Func<TimeSpan> _bootTime;
    private readonly int[] _running = new int[(int)StepKind.Register + 1];
    private readonly MetricCounter[] _failed = new MetricCounter[(int)StepKind.Register + 1];
    private readonly MetricCounter _lapses;
    private readonly MetricCounter _notArmed;
    private AgentFigures _figures = AgentFigures.None;

    /// <summary>Registers them.</summary>
    /// <param name="metrics">Where.</param>
    /// <param name="bootTime">CLOCK_BOOTTIME.</param>
    public AgentMetrics(MetricRegistry metrics, Func<TimeSpan> bootTime)
    {
        _bootTime = bootTime;
        const string unitsHelp = "Units of the cluster on this machine, by state.";
        metrics.Gauge("corenode_units_agent_units", unitsHelp, () => Figures.Wanted, "state=\"wanted\"");
        metrics.Gauge("corenode_units_agent_units", unitsHelp, () => Figures.Active, "state=\"active\"");
        metrics.Gauge("corenode_units_agent_units", unitsHelp, () => Figures.Failed, "state=\"failed\"");
        metrics.Gauge("corenode_units_agent_units", unitsHelp, () => Figures.Unsettled, "state=\"unsettled\"");
        metrics.Gauge(
            "corenode_units_agent_lag_seconds", "How long the oldest unit that is not as asked for has been so.",
            () => Figures.UnsettledSince is { } since ? Math.Max(0, (_bootTime() - since).TotalSeconds) : 0);
        for (StepKind kind = 0; kind <= StepKind.Register; kind++)
        {
            string label = $"step=\"{kind}\"";
            int at = (int)kind;
            metrics.Gauge(
                "corenode_units_agent_steps", "Steps under way, by kind.", () => Volatile.Read(ref _running[at]),
                label);
            _failed[at] = metrics.Counter(
                "corenode_units_agent_step_failures_total", "Steps that failed, by kind.", label);
        }

        metrics.Gauge("corenode_units_lease_left_seconds", "Until when this machine counts on its lease.",
            () => Left(Figures.LeaseUntil));
        _lapses = metrics.Counter("corenode_units_lease_lapses_total", "Times that this machine's lease was over.");
        metrics.Gauge("corenode_units_guard_units", "Singletons that the guard holds.", () => Figures.Guarded);
        metrics.Gauge("corenode_units_guard_left_seconds", "Until when the guard lets singletons run.",
            () => Figures.Guarded > 0 ? Left(Figures.GuardedUntil) : 0);
        _notArmed = metrics.Counter("corenode_units_guard_failures_total", "Times that the guard could not be armed.");
    }

    /// <summary>How the units stood last.</summary>
    public AgentFigures Figures
    {
        get => Volatile.Read(ref _figures);
        set => Volatile.Write(ref _figures, value);
    }

    /// <summary>A step was begun.</summary>
    internal void Began(StepKind kind) => Interlocked.Increment(ref _running[(int)kind]);

    /// <summary>It has ended, whatever became of it.</summary>
    internal void Ended(StepKind kind) => Interlocked.Decrement(ref _running[(int)kind]);

    /// <summary>How it ended.</summary>
    internal void Told(StepOutcome outcome)
    {
        if (outcome.Result != StepResult.Failed)
            return;
        _failed[(int)outcome.Step.Kind].Increment();
        if (outcome.Step.Kind == StepKind.Arm)
            _notArmed.Increment();
    }

    /// <summary>The lease was over before it was renewed.</summary>
    internal void Lapsed() => _lapses.Increment();

    private double Left(TimeSpan until) => Math.Max(0, (until - _bootTime()).TotalSeconds);
}
