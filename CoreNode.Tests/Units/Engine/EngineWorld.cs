using System.Globalization;
using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Units.Engine;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>
/// The planner, small agents and people around the real key state machine, one step after the other. After each write
/// it is checked that no singleton has two claims or runs twice, and that no claim that was revoked comes back.
/// </summary>
internal sealed class EngineWorld
{
    private const int MostRounds = 500;

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly LocalKvClient _client;
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private readonly EngineOptions _options;
    private EnginePlanner _planner;
    private EngineMemory _memory = EngineMemory.Empty;

    // Makes the same plans by looking at everything each time.
    private EnginePlanner _twin;
    private EngineMemory _twinMemory = EngineMemory.Empty;

    public EngineWorld(EngineOptions? options = null)
    {
        _options = options ?? new EngineOptions();
        _planner = new EnginePlanner(_options);
        _twin = new EnginePlanner(_options) { LooksAtAll = true };
        _client = new LocalKvClient(new MemoryKeyStore(_time), _time);
        Registry = RegistryState.Empty(RegistryKeys.Default);
        Put(Keys.EngineVersion, RegistryValues.EngineVersion);
    }

    /// <summary>False where speed is measured: then neither claims are checked nor plans compared.</summary>
    public bool IsChecked { get; init; } = true;

    public RegistryKeys Keys => RegistryKeys.Default;

    public RegistryState Registry { get; private set; }

    public SortedDictionary<string, FakeAgent> Agents { get; } = new(StringComparer.Ordinal);

    /// <summary>All writes of the engine that were done, in order.</summary>
    public List<EngineWrite> Written { get; } = [];

    /// <summary>The last changes of the store and what befell machines, for whoever has to find out.</summary>
    public Queue<string> Story { get; } = new();

    /// <summary>When the last plan wanted to be asked again.</summary>
    public DateTimeOffset? LookAgain { get; private set; }

    public EngineFigures Figures { get; private set; } = EngineFigures.None;

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>A text with these lines of [X-Fleet]; those that begin with "Unit:" belong into [Unit].</summary>
    public static string Text(params string[] fleet)
    {
        string[] unit = [.. fleet.Where(static line => line.StartsWith("Unit:", StringComparison.Ordinal))];
        string[] rest = [.. fleet.Except(unit)];
        return (unit.Length == 0 ? "" : "[Unit]\n" + string.Join('\n', unit.Select(static l => l[5..])) + "\n\n")
            + "[Service]\nExecStart=/bin/sleep 1d\n"
            + (rest.Length == 0 ? "" : "\n[X-Fleet]\n" + string.Join('\n', rest) + "\n");
    }

    public FakeAgent AddMachine(string id, params string[] metadata)
    {
        SortedDictionary<string, string> pairs = new(StringComparer.Ordinal);
        foreach (string pair in metadata)
            pairs[pair.Split('=')[0]] = pair.Split('=')[1];
        FakeAgent agent = new(this, new MachineObject { Id = id, Metadata = pairs });
        Agents[id] = agent;
        agent.Register();
        return agent;
    }

    public void AddMachines(params string[] ids)
    {
        foreach (string id in ids)
            AddMachine(id);
    }

    public void Submit(string name, DesiredState desired, params string[] fleet)
    {
        UnitFile file = UnitFile.Parse(Text(fleet), out _)!;
        Put(Keys.Unit(file.Hash), RegistryValues.WriteUnit(file));
        Put(Keys.JobObject(name), RegistryValues.WriteJobObject(name, file.Hash));
        Desire(name, desired);
    }

    public void Launch(string name, params string[] fleet) => Submit(name, DesiredState.Launched, fleet);

    public void Desire(string name, DesiredState state) => Put(Keys.JobTargetState(name), DesiredStates.Word(state));

    public void Destroy(string name) =>
        Do(_client.DeleteAsync(
            Keys.Job(name), new KvDeleteOptions { IsRecursive = true, IsDirectory = true }, default));

    public void Cordon(string machine, bool isDraining) =>
        Put(Keys.MachineCordon(machine), isDraining ? "draining" : "cordoned");

    public void Uncordon(string machine) => Remove(Keys.MachineCordon(machine), StoreIndex.Zero);

    /// <summary>The machine is cut off: it stops its singletons, and then its lease is over.</summary>
    public void Lose(string machine)
    {
        Note($"{machine} is lost");
        Agents[machine].Cut();
        _lost.Add(machine);
    }

    /// <summary>It is there again.</summary>
    public void Return(string machine)
    {
        Note($"{machine} is back");
        _lost.Remove(machine);
        Agents[machine].Return();
    }

    /// <summary>Another leader, who knows only what stands in the store.</summary>
    public void NewLeader()
    {
        Note("another leader");
        _planner = new EnginePlanner(_options);
        _twin = new EnginePlanner(_options) { LooksAtAll = true };
        _memory = EngineMemory.Empty;
        _twinMemory = EngineMemory.Empty;
    }

    /// <summary>One plan, of which at most so many writes are done; how many.</summary>
    public int Plan(int mostWrites = int.MaxValue)
    {
        HashSet<string> lost = new(StringComparer.Ordinal);
        IReadOnlyCollection<string> machines = _planner.Machines(Registry);
        foreach (string machine in machines)
        {
            if (_lost.Contains(machine) || !Agents.ContainsKey(machine))
                lost.Add(machine);
        }

        EngineFacts facts = new() { Registry = Registry, Lost = lost, Now = Now };
        TimeSpan before = Environment.CpuUsage.TotalTime;
        EnginePlan plan = _planner.Plan(facts, _memory);
        Planning = Environment.CpuUsage.TotalTime - before;
        if (IsChecked)
        {
            Assert.That(machines, Is.EqualTo(EnginePlanner.MachinesOf(Registry)));
            CheckPlan(facts, plan);
        }

        _memory = plan.Memory;
        LookAgain = plan.LookAgain;
        Figures = plan.Figures;
        int done = 0;
        foreach (EngineWrite write in plan.Writes)
        {
            if (done == mostWrites)
                break;
            done++;
            if (Do(write.SendAsync(_client, default)))
                Written.Add(write);
        }

        return done;
    }

    /// <summary>Processor time of the last plan.</summary>
    public TimeSpan Planning { get; private set; }

    /// <summary>Engine and agents go on until nobody has anything to do.</summary>
    public void Settle()
    {
        for (int round = 0; round < MostRounds; round++)
        {
            StoreIndex before = Registry.Index;
            int writes = Plan();
            foreach (FakeAgent agent in Agents.Values)
                agent.Step();
            if (writes == 0 && Registry.Index == before && !IsBusy())
                return;
        }

        Assert.Fail($"never at rest; the last writes:\n{string.Join('\n', Written.TakeLast(20))}");
    }

    /// <summary>Time passes, and whoever waited for it goes on.</summary>
    public void Pass(TimeSpan time)
    {
        DateTimeOffset end = Now + time;
        Settle();
        while (LookAgain is { } next && next <= end)
        {
            _time.Advance(next > Now ? next - Now : TimeSpan.FromMilliseconds(1));
            Settle();
        }

        if (end > Now)
            _time.Advance(end - Now);
        Settle();
    }

    /// <summary>Time passes and nobody acts.</summary>
    public void Advance(TimeSpan time) => _time.Advance(time);

    public void Put(string key, string value) => Do(_client.SetAsync(key, value, KvSetOptions.None, default));

    public bool Remove(string key, StoreIndex previous) =>
        Do(_client.DeleteAsync(key, new KvDeleteOptions { PreviousIndex = previous }, default));

    public string? Get(string key) =>
        _client.GetAsync(key, KvGetOptions.Plain, default).GetAwaiter().GetResult() is KvOutcome.Done done
            ? done.Change.Node.Value : null;

    /// <summary>Machines whose agents run the unit, in order.</summary>
    public string[] RunningOn(string unit) =>
        [.. Agents.Values.Where(a => a.IsRunning(unit)).Select(static a => a.Id)];

    /// <summary>The one machine of a unit that runs once.</summary>
    public string PlaceOf(string unit)
    {
        string[] machines = RunningOn(unit);
        Assert.That(machines, Has.Length.EqualTo(1), $"{unit} runs on {string.Join(' ', machines)}");
        return machines[0];
    }

    public JobNotice? NoticeOf(string unit) => Registry.Jobs[unit].Notice;

    /// <summary>All keys and folders of the store, without values.</summary>
    public List<string> Paths()
    {
        List<string> paths = [];
        Add(paths, ListAll().Node);
        return paths;
    }

    /// <summary>The state that was changed step by step is the one that a listing gives.</summary>
    public void CheckRegistry()
    {
        KvChange change = ListAll();
        RegistryState listed = RegistryState.Of(Keys, change.Node, change.Index);
        Assert.That(listed.ScheduleByUnit.Keys, Is.EqualTo(Registry.ScheduleByUnit.Keys));
        Assert.That(listed.Jobs.Keys, Is.EqualTo(Registry.Jobs.Keys));
        Assert.That(listed.Problems, Is.Empty);
        Assert.That(listed.EmptyFolders.Keys, Is.EqualTo(Registry.EmptyFolders.Keys));
    }

    /// <summary>
    /// Nothing is left of units and machines that are gone: what is empty belongs to somebody who is there.
    /// </summary>
    public void CheckFolders()
    {
        foreach (string folder in Registry.EmptyFolders.Keys)
        {
            string owner = EmptyFolder.OwnerOf(folder);
            bool isThere = folder.StartsWith("states/", StringComparison.Ordinal)
                ? Registry.Jobs.ContainsKey(owner)
                : !EmptyFolder.IsOfUnit(folder) && Registry.Machine(owner) is not null;
            Assert.That(isThere, Is.True, $"{folder} is left");
        }

        Assert.That(Registry.Partial, Is.Empty);
    }

    // Whoever looks only at what changed comes to the same plan as whoever looks at everything.
    private void CheckPlan(EngineFacts facts, EnginePlan plan)
    {
        EnginePlan expected = _twin.Plan(facts, _twinMemory);
        _twinMemory = expected.Memory;
        Assert.That(Lines(plan), Is.EqualTo(Lines(expected)));
        Assert.That(plan.LookAgain, Is.EqualTo(expected.LookAgain));
        Assert.That(plan.Figures, Is.EqualTo(expected.Figures));
        Assert.That(plan.Memory.Failures.Keys.Order(), Is.EqualTo(expected.Memory.Failures.Keys.Order()));
        Assert.That(plan.Memory.Stuck, Is.EquivalentTo(expected.Memory.Stuck));
        Assert.That(plan.Memory.Moving, Is.EquivalentTo(expected.Memory.Moving));
        Assert.That(plan.Memory.Unready, Is.EquivalentTo(expected.Memory.Unready));
        Assert.That(plan.Memory.Emptied, Is.EquivalentTo(expected.Memory.Emptied));
        Assert.That(plan.Memory.Unused, Is.EquivalentTo(expected.Memory.Unused));
        Assert.That(plan.Memory.Folders, Is.EquivalentTo(expected.Memory.Folders));
    }

    private static string Lines(EnginePlan plan) =>
        string.Join('\n', plan.Writes.Select(static w => $"{w.Stage} {w} {w.PreviousValue} {w.IsTree} {w.Event}"));

    private KvChange ListAll()
    {
        KvGetOptions all = new() { IsRecursive = true, IsSorted = true };
        return ((KvOutcome.Done)_client.GetAsync(Keys.Prefix, all, default).GetAwaiter().GetResult()).Change;
    }

    private static void Add(List<string> paths, KvNode node)
    {
        paths.Add(node.Key);
        foreach (KvNode child in node.Nodes)
            Add(paths, child);
    }

    private void Note(string line)
    {
        Story.Enqueue(line);
        if (Story.Count > 60)
            Story.Dequeue();
    }

    private bool IsBusy()
    {
        foreach (FakeAgent agent in Agents.Values)
        {
            if (agent.IsBusy)
                return true;
        }

        return false;
    }

    private bool Do(Task<KvOutcome> call)
    {
        KvOutcome outcome = call.GetAwaiter().GetResult();
        if (outcome is not KvOutcome.Done done)
            return false;
        if (IsChecked)
            Note($"{done.Change.Index} {done.Change.Action} {done.Change.Node.Key} {done.Change.Node.Value}");
        RegistryState before = Registry;
        Registry = Registry.Apply(done.Change);
        if (IsChecked)
            CheckClaims(before);
        return true;
    }

    private void CheckClaims(RegistryState before)
    {
        foreach ((string unit, var entries) in Registry.ScheduleByUnit)
        {
            int singletons = 0;
            foreach (ScheduleEntry entry in entries.Values)
            {
                singletons += entry.IsSingleton ? 1 : 0;
                bool cameBack = before.Entry(entry.MachineId, unit) is { State: ScheduleState.Revoked } old
                    && old.CreatedIndex == entry.CreatedIndex && entry.State != ScheduleState.Revoked;
                Assert.That(cameBack, Is.False, $"the claim of {entry.MachineId} on {unit} came back");
            }

            Assert.That(
                singletons == 0 || entries.Count <= 1, Is.True,
                string.Create(CultureInfo.InvariantCulture, $"{unit} is claimed {entries.Count} times"));
        }

        foreach (FakeAgent agent in Agents.Values)
        {
            foreach (string unit in agent.Singletons)
                Assert.That(Copies(unit), Has.Length.LessThan(2), $"{unit} runs twice");
        }
    }

    // A copy from before the unit was a singleton, on a machine that was cut off, is nobody's any longer: nothing can
    // stop it before the machine is back.
    private string[] Copies(string unit) =>
    [
        .. Agents.Values
            .Where(a => a.IsRunning(unit)
                && (a.Singletons.Contains(unit) || Registry.Entry(a.Id, unit) is not null))
            .Select(static a => a.Id),
    ];
}
