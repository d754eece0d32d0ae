using CoreNode.Units.Agent;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>The unit manager, the guard and the probe of health as one process of the supervisor has them.</summary>
internal sealed class UnitsManagerSession : IUnitManager, IUnitGuard, IHealthProbe
{
    private readonly UnitsNode _node;
    private readonly UnitsManager _manager;
    private readonly UnitsPlan _plan;
    private readonly int _incarnation;

    public UnitsManagerSession(UnitsNode node, UnitsManager manager, UnitsPlan plan)
    {
        _node = node;
        _manager = manager;
        _plan = plan;
        _incarnation = node.Incarnation;
        manager.Changed = name => node.Gate(_incarnation, () => Changed?.Invoke(name));
        manager.Adopt();
    }

    public event Action<string?>? Changed;

    public string Kind => "simulated";

    public bool IsConnected => true;

    public IReadOnlyDictionary<string, UnitObservation> Units => _manager.Units;

    public Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task LoadAsync(
        string name, UnitFile file, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation) =>
        Call(done =>
        {
            string token = environment.GetValueOrDefault(StepRunner.TokenVariable, "0");
            _manager.Load(name, file.Hash, ulong.Parse(token, System.Globalization.CultureInfo.InvariantCulture));
            done();
        });

    // Its manager stops it; what follows is this process' doing, and is not done if that is gone.
    public async Task UnloadAsync(string name, CancellationToken cancellation)
    {
        do
            await Call(done => _manager.Stop(name, done));
        while (!_manager.Forget(name));
    }

    public Task<JobResult> StartUnitAsync(string name, CancellationToken cancellation)
    {
        if (name.Contains("single", StringComparison.Ordinal))
            _node.Pass(TrapPoint.Call);
        return Job(name, done => _manager.Start(name, done));
    }

    public Task<JobResult> StopUnitAsync(string name, CancellationToken cancellation) =>
        Job(name, done => _manager.Stop(name, () => done(true)));

    public Task<JobResult> RestartUnitAsync(string name, CancellationToken cancellation) =>
        Job(name, done => _manager.Restart(name, done));

    public Task KillAsync(string name, CancellationToken cancellation) => Call(done =>
    {
        _manager.KillNow(name);
        done();
    });

    public async Task ArmAsync(IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation)
    {
        _manager.WillGuard(units);
        await Call(done => _manager.WhenGuarded(() =>
        {
            _manager.Guard(units, deadline, _plan.Bug == UnitsBug.GuardSleeps);
            done();
        }));
        _manager.Guards(units, deadline);
    }

    public async Task<string> CheckAsync(
        string unit, UnitRequirements requirements, TimeSpan timeout, CancellationToken cancellation)
    {
        bool isSick = false;
        await Call(done =>
        {
            isSick = _manager.IsSick(unit, TimeSpan.Zero) && _plan.Bug != UnitsBug.SeesNoSickness;
            done();
        });
        return isSick ? "it is sick" : "";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // A call takes a moment until it leaves the process, which may be stopped or end before, and on its way there and
    // back; its answer finds the process that asked, or nobody.
    private void Send(Action what) => _node.After(
        TimeSpan.FromMicroseconds(200), () => _node.World.After(UnitsPlan.Millisecond, what));

    private Task Call(Action<Action> what)
    {
        TaskCompletionSource answer = new();
        Send(() => what(() =>
            _node.World.After(UnitsPlan.Millisecond, () => _node.Gate(_incarnation, () => answer.TrySetResult()))));
        return answer.Task;
    }

    private Task<JobResult> Job(string name, Action<Action<bool>> what)
    {
        TaskCompletionSource<JobResult> answer = new();
        Send(() => what(isDone =>
            _node.World.After(UnitsPlan.Millisecond, () => _node.Gate(_incarnation, () => answer.TrySetResult(
                new JobResult(
                    isDone, isDone ? "done" : "failed", isDone ? "" : "it failed",
                    Units.GetValueOrDefault(name)?.States ?? UnitStates.NotFound))))));
        return answer.Task;
    }
}
