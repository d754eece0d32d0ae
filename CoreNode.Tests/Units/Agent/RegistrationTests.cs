using CoreNode.Cluster.Clients;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Units.Agent;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

/// <summary>What a machine that leaves and comes back makes of its registration, in a store in memory.</summary>
[TestFixture, Category("Unit")]
internal sealed class RegistrationTests
{
    private static readonly AgentOptions s_options = new()
    {
        Machine = new MachineObject { Id = AgentHarness.MachineId, Instance = "7", Version = "1" },
        Instance = 7,
        Folder = "/data/units/agent",
        BootId = "boot",
    };

    private LocalKvClient _store = null!;

    [SetUp]
    public void Begin() => _store = new LocalKvClient(new MemoryKeyStore(TimeProvider.System), TimeProvider.System);

    // Found by the simulator, seed 22349: the removal waited at a member that stood still.
    [Test]
    public async Task A_removal_by_a_process_that_left_which_comes_late_leaves_the_next_ones_registration()
    {
        await RegisterAsync();
        HeldDeletes held = new(_store);
        await RegistrationRemoval.RunAsync(held, s_options, default);
        await RegisterAsync();
        IReadOnlyList<KvOutcome> late = await held.ReleaseAsync();
        Assert.That(late, Has.Count.EqualTo(1));
        Assert.That(await ReadAsync(), Is.InstanceOf<KvOutcome.Done>());
    }

    [Test]
    public async Task A_machine_that_leaves_removes_its_own_registration_and_no_other_ones_under_its_id()
    {
        await RegisterAsync();
        await RegistrationRemoval.RunAsync(_store, s_options, default);
        Assert.That(await ReadAsync(), Is.InstanceOf<KvOutcome.Refused>());

        await RegisterAsync();
        AgentOptions other = s_options with { Machine = s_options.Machine with { Instance = "8" } };
        await RegistrationRemoval.RunAsync(_store, other, default);
        Assert.That(await ReadAsync(), Is.InstanceOf<KvOutcome.Done>());
    }

    private async Task RegisterAsync()
    {
        await using ScriptedManager manager = new();
        await using ScriptedGuard guard = new();
        StepRunner runner = new(
            s_options, _store, manager, guard, new HealthProbe(), isRegisteredByLease: false);
        AgentStep step = new(StepKind.Register, "", TimeSpan.Zero);
        Assert.That((await runner.RunAsync(step, default)).Result, Is.EqualTo(StepResult.Done));
    }

    private Task<KvOutcome> ReadAsync() =>
        _store.GetAsync(RegistryKeys.Default.MachineObject(AgentHarness.MachineId), KvGetOptions.Plain, default);
}
