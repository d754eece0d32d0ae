using CoreNode.Units.Agent;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>The unit manager, the guard and the probe of health as one process of the supervisor has them.</summary>
internal sealed class UnitsManagerSession : IUnitManager, IUnitGuard, IHealthProbe
{
    private readonly UnitsNode _node;
    private readonly UnitsManager _manager;
    private readonly UnitsBug _bug;
    private readonly int _incarnation;

    public UnitsManagerSession(UnitsNode node, UnitsManager manager, UnitsBug bug)
    {
        _node = node;
        _manager = manager;
        _bug = bug;
        _incarnation = node.Incarnation;
        manager.Changed = name => node.Gate(_incarnation, () => Changed?.Invoke(name));
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

    public Task<JobResult> StartUnitAsync(string name, CancellationToken cancellation) => Job(name, Start(name));

    public Task<JobResult> StopUnitAsync(string name, CancellationToken cancellation) =>
        Job(name, done => _manager.Stop(name, () => done(true)));

    public Task<JobResult> RestartUnitAsync(string name, CancellationToken cancellation) =>
        Job(name, done => _manager.Restart(name, done));

    public Task KillAsync(string name, CancellationToken cancellation) => Call(done =>
    {
        _manager.KillNow(name);
        done();
    });

    public Task ArmAsync(IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation) => Call(done =>
    {
        _manager.Guard(units, deadline, _bug == UnitsBug.GuardSleeps);
        done();
    });

    public Task<string> CheckAsync(
        string unit, UnitRequirements requirements, TimeSpan timeout, CancellationToken cancellation) =>
        Task.FromResult("");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Action<Action<bool>> Start(string name) => done => _manager.Start(name, done);

    // A call takes a moment on its way there and back, and its answer finds the process that asked, or nobody.
    private Task Call(Action<Action> what)
    {
        TaskCompletionSource answer = new();
        _node.World.After(UnitsPlan.Millisecond, () => what(() =>
            _node.World.After(UnitsPlan.Millisecond, () => _node.Gate(_incarnation, () => answer.TrySetResult()))));
        return answer.Task;
    }

    private Task<JobResult> Job(string name, Action<Action<bool>> what)
    {
        TaskCompletionSource<JobResult> answer = new();
        _node.World.After(UnitsPlan.Millisecond, () => what(isDone =>
            _node.World.After(UnitsPlan.Millisecond, () => _node.Gate(_incarnation, () => answer.TrySetResult(
                new JobResult(
                    isDone, isDone ? "done" : "failed", isDone ? "" : "it failed",
                    Units.GetValueOrDefault(name)?.States ?? UnitStates.NotFound))))));
        return answer.Task;
    }
}
