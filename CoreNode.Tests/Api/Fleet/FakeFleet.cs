using System.Globalization;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>
/// Engine and agents as the surface sees them: whatever is wanted of a unit comes true in the store at once, on the
/// first machine that will do, without anything being run. Quicker than any real one.
/// </summary>
internal sealed class FakeFleet : IAsyncDisposable
{
    private static readonly UnitStates s_failed = new("loaded", "failed", "failed");

    private readonly IKvClient _store;
    private readonly RegistryKeys _keys = RegistryKeys.Default;
    private readonly RegistryFollower _follower;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;
    private readonly Task _working;

    private FakeFleet(IKvClient store)
    {
        _store = store;
        _follower = RegistryFollower.OfAll(
            store, _keys, TimeProvider.System, NullLogger<RegistryFollower>.Instance);
        _following = _follower.RunAsync(_stop.Token);
        _working = WorkAsync();
    }

    /// <summary>How often a unit went from loaded or inactive to launched, by name.</summary>
    public Dictionary<string, int> Starts { get; } = [];

    /// <summary>Units that fail wherever they are started; to be set before they are.</summary>
    public HashSet<string> Failing { get; } = [];

    public static FakeFleet Start(IKvClient store) => new(store);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (Task task in (Task[])[_following, _working])
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // As it should.
            }
        }

        _stop.Dispose();
    }

    private static UnitStates StatesOf(Job job) => job.Desired == DesiredState.Launched
        ? new UnitStates("loaded", "active", "running") : UnitStates.Dead;

    private async Task WorkAsync()
    {
        RegistryState state = await _follower.WaitForListingAsync(_stop.Token);
        while (true)
        {
            foreach (Job job in state.Jobs.Values)
                await TendAsync(state, job);
            foreach (string unit in state.StatesByUnit.Keys)
            {
                if (!state.Jobs.ContainsKey(unit))
                    await RemoveAsync(_keys.UnitStates(unit));
            }

            state = await _follower.WaitForChangeAsync(state.Index, _stop.Token);
        }
    }

    private async Task TendAsync(RegistryState state, Job job)
    {
        string name = job.Name.Full;
        string[] machines = job.Desired == DesiredState.Inactive || job.File is null || job.Name.IsTemplate
            ? [] : Machines(state, job);
        if (machines.Length == 0)
        {
            if (job.JobState.Length > 0)
                await RemoveAsync(_keys.JobState(name));
            if (state.StatesOf(name).Count > 0)
                await RemoveAsync(_keys.UnitStates(name));
            if (job.Target.Length > 0)
                await RemoveAsync(_keys.JobTarget(name));
            return;
        }

        if (!job.Requirements.IsGlobal && job.Target != machines[0])
            await SetAsync(_keys.JobTarget(name), machines[0]);
        foreach (string machine in machines)
        {
            UnitStateRecord wanted = new(name, machine, StatesOf(job), job.Hash);
            if (Failing.Contains(name) && job.Desired == DesiredState.Launched)
                wanted = wanted with { States = s_failed, Result = "exit-code", ExitStatus = 203 };
            if (state.State(name, machine) != wanted)
                await SetAsync(_keys.UnitState(name, machine), RegistryValues.WriteState(wanted));
        }

        string started = job.Desired == DesiredState.Launched && !job.Requirements.IsGlobal ? machines[0] : "";
        if (job.JobState == started)
            return;
        if (started.Length == 0)
        {
            await RemoveAsync(_keys.JobState(name));
            return;
        }

        // What this one knows may be older than its own writes: the store says whether it is a start.
        KvOutcome outcome = await _store.SetAsync(_keys.JobState(name), started, KvSetOptions.Create, _stop.Token);
        if (outcome is KvOutcome.Done)
            Starts[name] = Starts.GetValueOrDefault(name) + 1;
    }

    private static string[] Machines(RegistryState state, Job job)
    {
        List<string> able = [];
        foreach (RegisteredMachine machine in state.Machines.Values)
        {
            if (machine.Machine is not null
                && (job.Requirements.MachineId.Length == 0 || job.Requirements.MachineId == machine.Id))
            {
                able.Add(machine.Id);
            }
        }

        return job.Requirements.IsGlobal ? [.. able] : able.Count == 0 ? [] : [able[0]];
    }

    private async Task SetAsync(string key, string value) =>
        Check(key, await _store.SetAsync(key, value, KvSetOptions.None, _stop.Token));

    private async Task RemoveAsync(string key) => Check(key, await _store.DeleteAsync(
        key, new KvDeleteOptions { IsDirectory = true, IsRecursive = true }, _stop.Token));

    // The unit may be gone meanwhile.
    private static void Check(string key, KvOutcome outcome)
    {
        bool isFine = outcome is KvOutcome.Done
            || (outcome is KvOutcome.Refused refused && refused.Error.Is(ErrorCode.KeyNotFound));
        Assert.That(isFine, Is.True, string.Create(CultureInfo.InvariantCulture, $"{key}: {outcome}"));
    }
}
