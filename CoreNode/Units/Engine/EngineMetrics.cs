using CoreNode.Foundation;

namespace CoreNode.Units.Engine;

/// <summary>Figures of the engine; those of units are zero where another node decides.</summary>
internal sealed class EngineMetrics
{
    private readonly MetricCounter _placed;
    private readonly MetricCounter _revoked;
    private readonly MetricCounter _evicted;
    private readonly MetricCounter _emptied;
    private readonly MetricCounter _done;
    private readonly MetricHistogram _planSeconds;
    private EngineFigures _figures = EngineFigures.None;

    public EngineMetrics(MetricRegistry metrics)
    {
        const string writesHelp = "Decisions about units written to the store, by outcome.";
        _done = metrics.Counter("corenode_units_writes_total", writesHelp, "outcome=\"done\"");
        Refused = metrics.Counter("corenode_units_writes_total", writesHelp, "outcome=\"refused\"");
        Unknown = metrics.Counter("corenode_units_writes_total", writesHelp, "outcome=\"unknown\"");
        _placed = metrics.Counter("corenode_units_placed_total", "Units given to a machine.");
        _revoked = metrics.Counter("corenode_units_revoked_total", "Units taken from a machine that is there.");
        _evicted = metrics.Counter("corenode_units_evicted_total", "Units taken from a machine that is lost.");
        _emptied = metrics.Counter("corenode_units_emptied_total", "Lost machines taken out of the cluster.");
        _planSeconds = metrics.Histogram(
            "corenode_units_plan_seconds", "Time that one plan takes.", MetricHistogram.DiskSeconds);
        metrics.Gauge("corenode_units_scheduled", "Units given to a machine, globals once per machine.",
            () => Figures.Scheduled);
        const string unscheduledHelp = "Units that are to be on a machine and are given to none, by reason.";
        metrics.Gauge(
            "corenode_units_unscheduled", unscheduledHelp, () => Figures.Unplaceable, "reason=\"no machine\"");
        metrics.Gauge(
            "corenode_units_unscheduled", unscheduledHelp, () => Figures.Waiting, "reason=\"older claim\"");
        metrics.Gauge(
            "corenode_units_unscheduled", unscheduledHelp, () => Figures.Unreadable, "reason=\"content missing\"");
        metrics.Gauge("corenode_units_machines", "Registered machines by whether their lease is over.",
            () => Figures.Machines, "state=\"there\"");
        metrics.Gauge("corenode_units_machines", "Registered machines by whether their lease is over.",
            () => Figures.LostMachines, "state=\"lost\"");
    }

    /// <summary>How the units stood at the last plan.</summary>
    public EngineFigures Figures
    {
        get => Volatile.Read(ref _figures);
        set => Volatile.Write(ref _figures, value);
    }

    /// <summary>Writes that were refused because somebody else changed the key.</summary>
    public MetricCounter Refused { get; }

    /// <summary>Writes without an answer.</summary>
    public MetricCounter Unknown { get; }

    /// <summary>A plan was made.</summary>
    public void Planned(EngineFigures figures, TimeSpan spent)
    {
        Figures = figures;
        _planSeconds.Observe(spent);
    }

    /// <summary>A write was done.</summary>
    public void Wrote(EngineEvent? told)
    {
        _done.Increment();
        MetricCounter? counter = told?.Kind switch
        {
            EngineEventKind.Placed => _placed,
            EngineEventKind.Revoked => _revoked,
            EngineEventKind.Evicted => _evicted,
            EngineEventKind.Emptied => _emptied,
            _ => null,
        };
        counter?.Increment();
    }
}
