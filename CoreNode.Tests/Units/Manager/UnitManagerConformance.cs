using System.Globalization;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Manager;

/// <summary>
/// What the suite of unit managers has in common. The abstract fixtures below it hold the tests; each manager has one
/// class for each of them, which names its machine.
/// </summary>
internal abstract class UnitManagerConformance
{
    /// <summary>More than anything here takes on a busy machine, less than a test run's patience.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly Dictionary<string, string> s_noVariables = [];

    private readonly List<string> _loaded = [];
    private CancellationTokenSource _deadline = new();
    private int _names;

    /// <summary>The machine of this fixture.</summary>
    protected ManagedMachine Machine { get; private set; } = null!;

    /// <summary>A started manager, new for each test.</summary>
    protected IUnitManager Manager { get; private set; } = null!;

    /// <summary>Cancelled when the test has taken too long.</summary>
    protected CancellationToken Deadline => _deadline.Token;

    [OneTimeSetUp]
    public async Task BootAsync()
    {
        Machine = CreateMachine();
        await Machine.BootAsync();
    }

    [OneTimeTearDown]
    public async Task ShutDownAsync()
    {
        await Machine.DisposeAsync();
        _deadline.Dispose();
    }

    [SetUp]
    public async Task StartManagerAsync()
    {
        _deadline = new CancellationTokenSource(Patience);
        _loaded.Clear();
        Manager = await StartedAsync(Deadline);
    }

    [TearDown]
    public async Task StopManagerAsync()
    {
        using CancellationTokenSource cleaning = new(Patience);
        if (!Manager.IsConnected)
        {
            await Manager.DisposeAsync();
            Manager = await StartedAsync(cleaning.Token);
        }

        await Task.WhenAll(_loaded.Distinct().Select(async name =>
        {
            // Not all stop when they are asked to.
            await Manager.KillAsync(name, cleaning.Token);
            await Manager.UnloadAsync(name, cleaning.Token);
        }));
        await Manager.DisposeAsync();
        _deadline.Dispose();
    }

    // As a node does: a systemd that has only just booted, or was restarted by the test before, may go once more.
    private async Task<IUnitManager> StartedAsync(CancellationToken deadline)
    {
        while (true)
        {
            IUnitManager manager = Machine.CreateManager();
            try
            {
                await manager.StartAsync(deadline);
                return manager;
            }
            catch (UnitManagerException fault) when (fault.IsManagerAway && !deadline.IsCancellationRequested)
            {
                await manager.DisposeAsync();
            }
        }
    }

    /// <summary>The machine that the manager under test runs on.</summary>
    protected abstract ManagedMachine CreateMachine();

    /// <summary>A name that no other test uses.</summary>
    protected string NewName(string suffix = ".service") => string.Create(
        CultureInfo.InvariantCulture, $"cn-{GetType().Name.ToLowerInvariant()}-{++_names}{suffix}");

    /// <summary>A path in the machine's scratch folder that no other test uses.</summary>
    protected string NewPath() => string.Create(
        CultureInfo.InvariantCulture, $"{Machine.Scratch}/{GetType().Name.ToLowerInvariant()}-{++_names}");

    /// <summary>Parses and loads a unit; it is unloaded after the test.</summary>
    protected async Task LoadAsync(
        string name, string text, IReadOnlyDictionary<string, string>? environment = null)
    {
        _loaded.Add(name);
        await Manager.LoadAsync(name, Parse(text), environment ?? s_noVariables, Deadline);
    }

    /// <summary>Loads a service under a new name; lines of [Service], or of others where they say so.</summary>
    protected async Task<string> LoadServiceAsync(params string[] lines)
    {
        string name = NewName();
        await LoadAsync(name, Service(lines));
        return name;
    }

    /// <summary>A service's text; what begins with [ opens another section.</summary>
    protected static string Service(params string[] lines) => $"[Service]\n{string.Join('\n', lines)}\n";

    protected static UnitFile Parse(string text) =>
        UnitFile.Parse(text, out IReadOnlyList<UnitProblem> problems)
        ?? throw new InvalidOperationException(string.Join('\n', problems));

    protected Task<JobResult> StartAsync(string name) => Manager.StartUnitAsync(name, Deadline);

    protected Task<JobResult> StopAsync(string name) => Manager.StopUnitAsync(name, Deadline);

    /// <summary>Starts it; the test is over if that does not succeed.</summary>
    protected async Task MustStartAsync(string name)
    {
        JobResult result = await StartAsync(name);
        Assert.That(result.IsDone, $"{name}: {result.Result}, {result.Reason}, {result.States}");
    }

    /// <summary>How it stands.</summary>
    protected UnitObservation Unit(string name) => Manager.Units[name];

    protected string Active(string name) => Manager.Units.TryGetValue(name, out UnitObservation? unit)
        ? unit.States.Active
        : "not there";

    /// <summary>Waits until it holds; fails with what was waited for.</summary>
    protected async Task UntilAsync(Func<bool> holds, Func<string> what)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(10));
        while (!holds())
        {
            if (Deadline.IsCancellationRequested)
                Assert.Fail($"waited in vain: {what()}");
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits until a unit is in an active state.</summary>
    protected Task UntilActiveAsync(string name, string state) =>
        UntilAsync(
            () => Active(name) == state, () => $"{name} should be {state}: {Manager.Units.GetValueOrDefault(name)}");

    /// <summary>Content of a file of the machine; empty while it is not there.</summary>
    protected string Read(string path)
    {
        string seen = Machine.Outside(path);
        try
        {
            return File.ReadAllText(seen);
        }
        catch (IOException)
        {
            // Not there, or a process that has just ended.
            return "";
        }
    }

    /// <summary>Waits until a whole line is in a file of the machine, and gives its content.</summary>
    protected async Task<string> UntilWrittenAsync(string path)
    {
        await UntilAsync(() => Read(path).EndsWith('\n'), () => $"a line in {path}");
        return Read(path).TrimEnd('\n');
    }

    /// <summary>Lines of a file of the machine.</summary>
    protected int LinesOf(string path) => Read(path).Count(c => c == '\n');

    /// <summary>Whether a process of the machine runs: not one that has ended and waits for its parent.</summary>
    protected bool IsAlive(string pid)
    {
        string stat = Read($"/proc/{pid}/stat");
        return stat.Length > 0 && stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
    }

    protected bool IsAlive(int pid) => IsAlive(pid.ToString(CultureInfo.InvariantCulture));
}
