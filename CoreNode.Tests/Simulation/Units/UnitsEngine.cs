using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Engine;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>The engine of one term: the real planner; the loop around it is the simulation's own.</summary>
internal sealed class UnitsEngine(UnitsCluster cluster, UnitsNode node, IUnitsOffice office)
{
    private static readonly KvSetOptions s_mark = new() { PreviousValue = RegistryValues.EngineVersion };
    private static readonly EngineOptions s_options = new()
    {
        MaxBackoff = TimeSpan.FromSeconds(20),
        FailureMemory = TimeSpan.FromSeconds(40),
    };

    private EnginePlanner _planner = new(s_options);
    private TimeSpan _settledAt;

    /// <summary>Decides until the term is over.</summary>
    public async Task RunAsync()
    {
        EngineOptions options = s_options;
        await SettleAsync(options);
        EngineMemory memory = EngineMemory.Empty;
        while (!office.IsOver)
        {
            if (office.AreLeasesKeys && Lost(office.Registry).Count > 0 && node.Now - _settledAt >= options.NewsAge
                && cluster.Plan.Bug != UnitsBug.BelievesOldNews)
                await SettleAsync(options);
            RegistryState registry = office.Registry;
            string lost = string.Join(' ', Lost(registry));
            EngineFacts facts = new() { Registry = registry, Lost = Lost(registry), Now = Now };
            EnginePlan plan = _planner.Plan(facts, memory);
            memory = plan.Memory;
            if (plan.Writes.Count > 0)
                await WriteAsync(Spoil(plan.Writes, registry), facts, options);
            else
                await WaitAsync(registry, lost, plan.LookAgain);
            await node.Delay(options.MinPause);
        }
    }

    private DateTimeOffset Now => DateTimeOffset.UnixEpoch + node.Now;

    // What an engine with a bug would write.
    private IReadOnlyList<EngineWrite> Spoil(IReadOnlyList<EngineWrite> writes, RegistryState registry)
    {
        if (cluster.Plan.Bug is not (UnitsBug.TakesFirst or UnitsBug.RollsAtOnce))
            return writes;
        List<EngineWrite> all = [];
        foreach (EngineWrite write in writes)
        {
            bool isHandover = cluster.Plan.Bug == UnitsBug.TakesFirst
                && write.Value?.Contains("\"Successor\"", StringComparison.Ordinal) == true;
            all.Add(isHandover
                ? write with { Value = write.Value!.Replace("launched", "revoked", StringComparison.Ordinal) } : write);
            if (cluster.Plan.Bug != UnitsBug.RollsAtOnce || write.Event is not { Kind: EngineEventKind.ReplicaRolled })
                continue;
            foreach (Job job in registry.Jobs.Values)
            {
                if (job.IsReplica && registry.Jobs.GetValueOrDefault(job.Name.Template) is { } template)
                    all.Add(EngineWrite.Put(
                        registry.Keys.JobObject(job.Name.Full),
                        RegistryValues.WriteJobObject(job.Name.Full, template.Hash, isReplica: true)) with
                    {
                        Stage = write.Stage,
                    });
            }
        }

        return all;
    }

    private SortedSet<string> Lost(RegistryState registry)
    {
        SortedSet<string> lost = new(StringComparer.Ordinal);
        foreach (string machine in EnginePlanner.MachinesOf(registry))
        {
            if (office.IsExpired(machine))
                lost.Add(machine);
        }

        return lost;
    }

    private async Task WaitAsync(RegistryState registry, string lost, DateTimeOffset? lookAgain)
    {
        do
        {
            await node.Delay(TimeSpan.FromMilliseconds(100));
        }
        while (!office.IsOver && office.Registry.Index == registry.Index && (lookAgain is null || Now < lookAgain)
            && string.Join(' ', Lost(registry)) == lost);
    }

    private async Task WriteAsync(IReadOnlyList<EngineWrite> writes, EngineFacts facts, EngineOptions options)
    {
        bool isHeldUp = false;
        foreach (EngineWrite write in writes)
        {
            if (write.Event is not { } coming)
                continue;
            cluster.Checker.Deciding(coming);
            if (coming.Kind == EngineEventKind.Placed && UnitsChecker.IsFenced(coming.Unit))
                isHeldUp |= node.Pass(TrapPoint.Write);
        }

        // Long enough that the member has noticed what happened meanwhile when the engine goes on.
        if (isHeldUp)
            await node.Delay(TimeSpan.FromMilliseconds(200));

        bool isUnknown = false;
        StoreIndex index = StoreIndex.Zero;
        await EngineWriter.SendAsync(
            writes, office.Writes, options.WritesInFlight,
            (write, outcome) =>
            {
                isUnknown |= EngineWriter.IsUnknown(outcome);
                if (outcome is not KvOutcome.Done done)
                    return;
                index = done.Change.Index > index ? done.Change.Index : index;
                if (write.Event is { } told)
                    cluster.Checker.Decided(office, node, told, facts);
            },
            CancellationToken.None);
        if (isUnknown)
        {
            _planner = new EnginePlanner(options);
            await SettleAsync(options);
        }
        else if (index == StoreIndex.Zero)
            await node.Delay(options.RetryPause);
        await ShowAsync(index);
    }

    private async Task SettleAsync(EngineOptions options)
    {
        while (!office.IsOver)
        {
            _settledAt = node.Now;
            KvOutcome outcome = await office.Writes.SetAsync(
                RegistryKeys.Default.EngineVersion, RegistryValues.EngineVersion, s_mark, CancellationToken.None);
            if (outcome is KvOutcome.Done done)
            {
                await ShowAsync(done.Change.Index);
                return;
            }

            if (outcome is KvOutcome.Refused && !EngineWriter.IsUnknown(outcome))
                return;
            await node.Delay(options.RetryPause);
        }
    }

    private async Task ShowAsync(StoreIndex index)
    {
        while (!office.IsOver && office.Registry.Index < index)
            await node.Delay(TimeSpan.FromMilliseconds(2));
    }
}
