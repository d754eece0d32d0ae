using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// Does the steps that <see cref="AgentCore"/> hands out: each is a few calls, can be repeated, and ends with an
/// outcome
/// whatever happens. Any number at once.
/// </summary>
internal sealed class StepRunner(
    AgentOptions options, IKvClient store, IUnitManager manager, IUnitGuard guard, IHealthProbe probe,
    bool isRegisteredByLease)
{
    /// <summary>Variable that a singleton's processes find their fencing token in.</summary>
    public const string TokenVariable = "CORENODE_FENCING_TOKEN";

    private static readonly TimeSpan s_armTime = TimeSpan.FromSeconds(2);

    private readonly StoredStates _states = new(store, options.Keys, options.Machine.Id);
    private readonly Machine _machine = new() { Id = options.Machine.Id, PublicIp = options.Machine.PublicIp };

    /// <summary>Does one step.</summary>
    public async Task<StepOutcome> RunAsync(AgentStep step, CancellationToken cancellation)
    {
        try
        {
            return await DoAsync(step, cancellation);
        }
        catch (UnitManagerException fault)
        {
            return new StepOutcome(step, StepResult.Failed, fault.Message) { IsAway = fault.IsManagerAway };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new StepOutcome(step, StepResult.Failed, "it took too long") { IsAway = true };
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // One unit's odd fault is no other unit's.
            return new StepOutcome(step, StepResult.Failed, $"{fault.GetType().Name}: {fault.Message}");
        }
    }

    private Task<StepOutcome> DoAsync(AgentStep step, CancellationToken cancellation) => step.Kind switch
    {
        StepKind.Fetch => FetchAsync(step, cancellation),
        StepKind.Load => LoadAsync(step, cancellation),
        StepKind.Unload => PlainAsync(step, manager.UnloadAsync(step.Unit, cancellation)),
        StepKind.Kill => PlainAsync(step, manager.KillAsync(step.Unit, cancellation)),
        StepKind.Start => JobAsync(step, manager.StartUnitAsync(step.Unit, cancellation)),
        StepKind.Restart => JobAsync(step, manager.RestartUnitAsync(step.Unit, cancellation)),
        StepKind.Stop => StopAsync(step, cancellation),
        StepKind.Publish => _states.PublishAsync(step, cancellation),
        StepKind.Announce => _states.AnnounceAsync(step, cancellation),
        StepKind.Withdraw => _states.WithdrawAsync(step, cancellation),
        StepKind.RemoveEntry => RemoveEntryAsync(step, cancellation),
        StepKind.Check => CheckAsync(step, cancellation),
        StepKind.Arm => ArmAsync(step, cancellation),
        StepKind.ReadFloor => ReadFloorAsync(step, cancellation),
        StepKind.Register => RegisterAsync(step, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "no such step"),
    };

    private static StepOutcome Done(AgentStep step) => new(step, StepResult.Done, "");

    private async Task<StepOutcome> FetchAsync(AgentStep step, CancellationToken cancellation)
    {
        string key = options.Keys.Unit(step.Hash);
        KvOutcome answer = await store.GetAsync(key, KvGetOptions.Plain, cancellation);
        // This member may not have it yet.
        if (answer is KvOutcome.Refused)
            answer = await store.GetAsync(key, KvGetOptions.Linearizable, cancellation);
        if (answer is not KvOutcome.Done { Change.Node.Value: { } value })
        {
            return answer is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound)
                ? new StepOutcome(
                    step, StepResult.Failed, $"its text {step.Hash} is missing from the store: submit it again")
                : StoredStates.Failed(step, answer);
        }

        if (UnitName.Parse(step.Unit) is not { } name || RegistryValues.ReadUnit(value) is not { } file
            || file.Hash != step.Hash)
        {
            return new StepOutcome(
                step, StepResult.Failed, $"its text {step.Hash} in the store is damaged: submit it again");
        }

        return Done(step) with { Text = AgentText.Of(name, file, _machine) };
    }

    private async Task<StepOutcome> LoadAsync(AgentStep step, CancellationToken cancellation)
    {
        Dictionary<string, string> environment = [];
        if (step.Token != 0)
            environment[TokenVariable] = step.Token.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await manager.LoadAsync(step.Unit, step.Text!.File!, environment, cancellation);
        return Done(step);
    }

    private static async Task<StepOutcome> PlainAsync(AgentStep step, Task call)
    {
        await call;
        return Done(step);
    }

    private static async Task<StepOutcome> JobAsync(AgentStep step, Task<JobResult> call)
    {
        JobResult job = await call;
        StepResult result = job.IsDone ? StepResult.Done : StepResult.Failed;
        return new StepOutcome(step, result, job.Reason) { Job = job, IsAway = job.Result == "gone" };
    }

    private async Task<StepOutcome> StopAsync(AgentStep step, CancellationToken cancellation)
    {
        StepOutcome outcome = await JobAsync(step, manager.StopUnitAsync(step.Unit, cancellation));
        // A stop that did not go well has still stopped it if nothing is left.
        return outcome.Job!.States.Active is "inactive" or "failed"
            ? outcome with { Result = StepResult.Done }
            : outcome;
    }

    private async Task<StepOutcome> RemoveEntryAsync(AgentStep step, CancellationToken cancellation)
    {
        KvOutcome answer = await store.DeleteAsync(
            options.Keys.ScheduleEntry(options.Machine.Id, step.Unit),
            new KvDeleteOptions { PreviousIndex = step.Entry!.ModifiedIndex }, cancellation);
        return answer switch
        {
            KvOutcome.Done done => Done(step) with { Index = done.Change.Node.ModifiedIndex },
            KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound) =>
                Done(step) with { Index = new StoreIndex(error.Index) },
            KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.CompareFailed) =>
                new StepOutcome(step, StepResult.Overtaken, error.ToString()),
            _ => StoredStates.Failed(step, answer),
        };
    }

    private async Task<StepOutcome> CheckAsync(AgentStep step, CancellationToken cancellation)
    {
        string complaint = await probe.CheckAsync(
            step.Unit, step.Health, HealthRule.Timeout(step.Health), cancellation);
        return complaint.Length == 0 ? Done(step) : new StepOutcome(step, StepResult.Failed, complaint);
    }

    private async Task<StepOutcome> ArmAsync(AgentStep step, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_armTime);
        await guard.ArmAsync(step.Armed, step.Deadline, limit.Token);
        return Done(step);
    }

    private async Task<StepOutcome> ReadFloorAsync(AgentStep step, CancellationToken cancellation)
    {
        KvOutcome answer = await store.GetAsync(options.Keys.EngineVersion, KvGetOptions.Linearizable, cancellation);
        return answer switch
        {
            KvOutcome.Done done => Done(step) with { Index = done.Change.Index },
            KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound) =>
                Done(step) with { Index = new StoreIndex(error.Index) },
            _ => StoredStates.Failed(step, answer),
        };
    }

    private async Task<StepOutcome> RegisterAsync(AgentStep step, CancellationToken cancellation)
    {
        if (isRegisteredByLease)
            return Done(step);
        // Also where it stands: its removal, by the engine or by an earlier process of this node, may be on its way,
        // and is bound to the index that it had.
        KvOutcome answer = await store.SetAsync(
            options.Keys.MachineObject(options.Machine.Id), RegistryValues.WriteMachine(options.Machine),
            KvSetOptions.None, cancellation);
        return answer is KvOutcome.Done ? Done(step) : StoredStates.Failed(step, answer);
    }
}
