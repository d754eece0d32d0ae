using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Tests.Foundation;
using CoreNode.Tests.Simulation;
using CoreNode.Units.Agent;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

/// <summary>The real agent over a store in memory, with a unit manager, a lease and a guard that do as told.</summary>
internal sealed class AgentHarness : IAsyncDisposable
{
    public const string MachineId = "22222222222222222222222222222222";
    public static readonly RegistryKeys Keys = RegistryKeys.Default;

    private readonly TimeSpan _begun = TimeSpan.FromTicks(Environment.TickCount64 * TimeSpan.TicksPerMillisecond);
    private readonly CancellationTokenSource _end = new();
    private SimulatedFiles _files = new(new Prng(1));
    private CancellationTokenSource? _agentEnd;
    private Task _running = Task.CompletedTask;

    public AgentHarness() => Store = new CutStore(
        new LocalKvClient(new MemoryKeyStore(TimeProvider.System), TimeProvider.System));

    public CutStore Store { get; }

    public ScriptedManager Manager { get; } = new();

    public ScriptedLease Lease { get; } = new();

    public ScriptedGuard Guard { get; } = new();

    public RecordedLog Log { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public UnitAgent Agent { get; private set; } = null!;

    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Starts an agent, as a new process of the node would.</summary>
    public void Start()
    {
        Agent = new UnitAgent(
            new AgentOptions
            {
                Machine = new MachineObject { Id = MachineId, PublicIp = "10.0.0.2", Version = "1" },
                Instance = 7,
                Folder = "/data/units/agent",
                BootId = "boot",
                Lease = LeaseTime,
            },
            Store, Manager, Guard, Lease, new HealthProbe(), _files, TimeProvider.System, Now,
            new AgentMetrics(Metrics, Now), Log);
        _agentEnd = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        _running = Agent.RunAsync(_agentEnd.Token);
    }

    /// <summary>The node's process ends; what it noted stays.</summary>
    public async Task StopAsync()
    {
        if (_agentEnd is null)
            return;
        await _agentEnd.CancelAsync();
        await _running;
        _agentEnd.Dispose();
        _agentEnd = null;
        _files = _files.AfterKill();
    }

    public async Task UseUnitsAsync() => await SetAsync(Keys.EngineVersion, "1");

    /// <summary>Writes an entry and its text, as surface and engine do.</summary>
    public async Task PutAsync(
        string unit, ScheduleState state, string text = "[Service]\nExecStart=/bin/true\n", bool isSingleton = false)
    {
        UnitFile file = UnitFile.Parse(text, out _)!;
        await SetAsync(Keys.Unit(file.Hash), RegistryValues.WriteUnit(file));
        string key = Keys.ScheduleEntry(MachineId, unit);
        string value = RegistryValues.WriteEntry(
            new ScheduleEntry(MachineId, unit, file.Hash, state) { IsSingleton = isSingleton });
        KvOutcome answer = await Store.Inner.SetAsync(key, value, KvSetOptions.Update, _end.Token);
        if (answer is KvOutcome.Refused)
            await SetAsync(key, value);
    }

    public async Task RemoveAsync(string unit) => await Store.Inner.DeleteAsync(
        Keys.ScheduleEntry(MachineId, unit), KvDeleteOptions.None, _end.Token);

    public async Task<string?> ReadAsync(string key) =>
        await Store.Inner.GetAsync(key, KvGetOptions.Plain, _end.Token) is KvOutcome.Done done
            ? done.Change.Node.Value ?? "(directory)"
            : null;

    public Task<string?> StateAsync(string unit) => ReadAsync(Keys.UnitState(unit, MachineId));

    /// <summary>Waits until that holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await holds())
        {
            if (DateTime.UtcNow > deadline)
                Assert.Fail($"not within 20 s: {what}");
            await Task.Delay(10);
        }
    }

    /// <summary>Waits until that unit is so and the store says so.</summary>
    public Task UntilAsync(string unit, string active) => UntilAsync(
        async () => Manager.Active(unit) == active
            && (await StateAsync(unit))?.Contains($"\"activeState\":\"{active}\"", StringComparison.Ordinal) == true,
        $"{unit} is {active}");

    /// <summary>Waits until nothing is left of a unit.</summary>
    public Task UntilGoneAsync(string unit) => UntilAsync(
        async () => Manager.Active(unit) == "none" && await StateAsync(unit) is null
            && await ReadAsync(Keys.ScheduleEntry(MachineId, unit)) is null
            && await ReadAsync(Keys.JobState(unit)) is null,
        $"{unit} is gone");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _end.CancelAsync();
        _end.Dispose();
        Log.Dispose();
    }

    private TimeSpan Now() =>
        TimeSpan.FromHours(1) + TimeSpan.FromTicks(Environment.TickCount64 * TimeSpan.TicksPerMillisecond) - _begun;

    private async Task SetAsync(string key, string value) => Assert.That(
        await Store.Inner.SetAsync(key, value, KvSetOptions.None, _end.Token), Is.InstanceOf<KvOutcome.Done>());
}
