using CoreNode.Runner;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Runner;

/// <summary>What tests of a real runner have in common: a machine, a runner, and patience.</summary>
internal abstract class RunnerFixture
{
    private static readonly Dictionary<string, string> s_noVariables = [];
    private CancellationTokenSource _deadline = new();

    /// <summary>Limits are tried where the machine gives control groups, else as on one that gives none.</summary>
    protected virtual bool UsesControlGroups => true;

    /// <summary>The launcher; empty: the managed one.</summary>
    protected virtual string Launcher => "";

    protected RunnerMachine Machine { get; private set; } = null!;

    protected EmbeddedRunner Runner { get; private set; } = null!;

    protected CancellationToken Deadline => _deadline.Token;

    [SetUp]
    public async Task BeginAsync()
    {
        _deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Machine = new RunnerMachine(UsesControlGroups, Launcher);
        await Machine.BootAsync();
        Runner = Machine.CreateRunner();
        await Runner.StartAsync(Deadline);
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (string name in Runner.Units.Keys)
        {
            await Runner.KillAsync(name, CancellationToken.None);
            await Runner.UnloadAsync(name, CancellationToken.None);
        }

        await Runner.DisposeAsync();
        await Machine.DisposeAsync();
        _deadline.Dispose();
    }

    /// <summary>The runner is gone from one moment to the next, and another one begins.</summary>
    protected async Task ReplaceRunnerAsync(Func<Task>? between = null)
    {
        await Runner.DisposeAsync();
        if (between is not null)
            await between();
        Runner = Machine.CreateRunner();
        await Runner.StartAsync(Deadline);
    }

    protected string File(string name) => Path.Combine(Machine.Scratch, name);

    protected string Read(string name) =>
        System.IO.File.Exists(File(name)) ? System.IO.File.ReadAllText(File(name)) : "";

    protected Task LoadAsync(string name, params string[] lines) => Runner.LoadAsync(
        name,
        UnitFile.Parse(
            lines.Length > 0 && lines[0].StartsWith('[') ? string.Join('\n', lines) + "\n"
                : $"[Service]\n{string.Join('\n', lines)}\n",
            out IReadOnlyList<UnitProblem> problems)
            ?? throw new InvalidOperationException(string.Join('\n', problems)),
        s_noVariables,
        Deadline);

    protected async Task StartAsync(string name)
    {
        JobResult result = await Runner.StartUnitAsync(name, Deadline);
        Assert.That(result.IsDone, $"{result}\n{string.Join('\n', await JournalAsync(name))}");
    }

    protected UnitObservation Unit(string name) => Runner.Units[name];

    protected async Task<List<string>> JournalAsync(string name)
    {
        List<string> messages = [];
        await foreach (JournalEntry entry in Runner.Journal.ReadAsync(new JournalQuery(name, 0, false), Deadline))
            messages.Add(entry.Message);
        return messages;
    }

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

    protected static bool IsAlive(string pid) => int.TryParse(pid, out int number)
        && CoreNode.Platform.Processes.ProcessTable.Find(number) is { IsZombie: false };
}
