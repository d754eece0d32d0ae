using System.Collections.Concurrent;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Agent;

/// <summary>A unit manager in memory that fails, hangs and goes away as a test wants. It outlives agents.</summary>
internal sealed class ScriptedManager : IUnitManager
{
    private readonly ConcurrentDictionary<string, UnitObservation> _units = new();
    private int _pid = 100;
    private bool _isConnected = true;

    public event Action<string?>? Changed;

    public string Kind => "scripted";

    public bool IsConnected => _isConnected;

    public IReadOnlyDictionary<string, UnitObservation> Units => _units;

    /// <summary>Calls, as "start a.service", in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Calls that never end.</summary>
    public ConcurrentDictionary<string, bool> Hanging { get; } = new();

    /// <summary>Calls that fail, each time.</summary>
    public ConcurrentDictionary<string, bool> Failing { get; } = new();

    /// <summary>Environments that units were loaded with.</summary>
    public ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> Environments { get; } = new();

    public string Active(string unit) =>
        _units.TryGetValue(unit, out UnitObservation? seen) ? seen.States.Active : "none";

    public void SetConnected(bool isConnected)
    {
        _isConnected = isConnected;
        Changed?.Invoke(null);
    }

    public Task StartAsync(CancellationToken cancellation) =>
        _isConnected ? Task.CompletedTask : throw new UnitManagerException("away") { IsManagerAway = true };

    public async Task LoadAsync(
        string name, UnitFile file, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        await CallAsync("load", name, cancellation);
        Environments[name] = environment;
        Set(new UnitObservation(name, file.Hash, UnitStates.Dead));
    }

    public async Task UnloadAsync(string name, CancellationToken cancellation)
    {
        await CallAsync("unload", name, cancellation);
        _units.TryRemove(name, out _);
        Changed?.Invoke(name);
    }

    public async Task<JobResult> StartUnitAsync(string name, CancellationToken cancellation)
    {
        if (await CallAsync("start", name, cancellation) is { } failed)
            return failed;
        return Active(name) == "active" ? Job(name) : Become(name, "active");
    }

    public async Task<JobResult> StopUnitAsync(string name, CancellationToken cancellation) =>
        await CallAsync("stop", name, cancellation) ?? Become(name, "inactive");

    public async Task<JobResult> RestartUnitAsync(string name, CancellationToken cancellation) =>
        await CallAsync("restart", name, cancellation) ?? Become(name, "active");

    public async Task KillAsync(string name, CancellationToken cancellation)
    {
        await CallAsync("kill", name, cancellation);
        Become(name, "failed");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<JobResult?> CallAsync(string call, string name, CancellationToken cancellation)
    {
        if (!_isConnected)
            throw new UnitManagerException("away") { IsManagerAway = true };
        Calls.Enqueue($"{call} {name}");
        if (Hanging.ContainsKey($"{call} {name}"))
            await Task.Delay(Timeout.Infinite, cancellation);
        if (!Failing.ContainsKey($"{call} {name}"))
            return null;
        if (call is "load" or "unload" or "kill")
            throw new UnitManagerException($"{call} of {name} fails");
        return Become(name, "failed") with { IsDone = false, Result = "failed", Reason = "it fails" };
    }

    private JobResult Become(string name, string active)
    {
        UnitObservation before = _units[name];
        Set(before with
        {
            States = new UnitStates("loaded", active, active == "active" ? "running" : "dead"),
            MainPid = active == "active" ? Interlocked.Increment(ref _pid) : 0,
        });
        return Job(name);
    }

    private JobResult Job(string name) => new(true, "done", "", _units[name].States);

    private void Set(UnitObservation seen)
    {
        _units[seen.Name] = seen;
        Changed?.Invoke(seen.Name);
    }
}
