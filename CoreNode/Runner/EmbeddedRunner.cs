using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CoreNode.Platform;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Jobs;
using CoreNode.Runner.Live;
using CoreNode.Runner.Logs;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using Microsoft.Extensions.Logging;

namespace CoreNode.Runner;

/// <summary>
/// Runs units itself, on machines without systemd (docs/decisions/0030-runner.md). Units outlive this object and this
/// process: the next one takes them over. One object a data folder.
/// </summary>
public sealed class EmbeddedRunner : IUnitManager, IUnitProcesses
{
    // Somebody may start it again just then.
    private const int UnloadAttempts = 3;

    private readonly RunnerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JournalSignals _signals = new();
    private readonly ControlGroups _groups;
    private PosixSignalRegistration? _children;
    private UnitLoop? _loop;

    /// <summary>Makes it; nothing runs before <see cref="StartAsync"/>.</summary>
    public EmbeddedRunner(RunnerOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        string key = Crc32C.Compute(Encoding.UTF8.GetBytes(Path.GetFullPath(options.DataFolder)))
            .ToString("x8", CultureInfo.InvariantCulture);
        _groups = ControlGroups.Find(key, options.UsesControlGroups);
        Journal = new RunnerJournal(Path.Combine(options.DataFolder, "journal"), _signals);
    }

    /// <inheritdoc/>
    public event Action<string?>? Changed;

    /// <summary>
    /// Until when processes of guarded units may begin; null: nobody guards units. Set before <see cref="StartAsync"/>:
    /// a guard is made of a runner.
    /// </summary>
    public IStartLimit? StartLimit { get; set; }

    /// <inheritdoc/>
    public string Kind => "embedded";

    /// <inheritdoc/>
    public bool IsConnected => _loop is not null;

    /// <summary>What its units wrote.</summary>
    public IJournal Journal { get; }

    /// <summary>How processes are held together here, and which limits hold: one line.</summary>
    public string Summary => _groups.Summary;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, UnitObservation> Units =>
        _loop?.Published ?? new Dictionary<string, UnitObservation>();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(_options.DataFolder);
            UnitLoop loop = new(_options with { StartLimit = StartLimit }, _groups, _signals, _time, _logger)
            {
                Changed = name => Changed?.Invoke(name),
            };
            if (_options.AdoptsOrphans && ChildProcesses.AdoptOrphans(true))
                _children = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => loop.OrphanEnded());
            loop.Start();
            await loop.AskAsync(() =>
            {
                loop.Recover();
                return "";
            }).WaitAsync(cancellation);
            _loop = loop;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UnitManagerException(
                $"the embedded runner cannot use {_options.DataFolder}: {fault.Message}", fault);
        }

        _logger.Enforces(Summary);
        int active = 0;
        foreach (UnitObservation unit in Units.Values)
            active += unit.States.Active == "active" ? 1 : 0;
        if (Units.Count > 0)
            _logger.Recovered(Units.Count, active);
    }

    /// <inheritdoc/>
    public async Task LoadAsync(
        string name, UnitFile file, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        UnitLoop loop = Loop();
        await loop.AskAsync(() => loop.Load(name, file, environment)).WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task UnloadAsync(string name, CancellationToken cancellation)
    {
        UnitLoop loop = Loop();
        if (!loop.Published.ContainsKey(name))
            return;
        string problem = "";
        for (int attempt = 0; attempt < UnloadAttempts; attempt++)
        {
            await StopUnitAsync(name, cancellation);
            problem = await loop.AskAsync(() => loop.Forget(name)).WaitAsync(cancellation);
            if (problem.Length == 0)
                return;
        }

        throw new UnitManagerException(problem);
    }

    /// <inheritdoc/>
    public Task<JobResult> StartUnitAsync(string name, CancellationToken cancellation) =>
        AskAsync(name, JobKind.Start, cancellation);

    /// <inheritdoc/>
    public async Task<JobResult> StopUnitAsync(string name, CancellationToken cancellation)
    {
        if (!Loop().Published.ContainsKey(name))
            return new JobResult(true, "done", "", UnitStates.NotFound);
        return await AskAsync(name, JobKind.Stop, cancellation);
    }

    /// <inheritdoc/>
    public Task<JobResult> RestartUnitAsync(string name, CancellationToken cancellation) =>
        AskAsync(name, JobKind.Restart, cancellation);

    /// <summary>Runs ExecReload= of an active unit; does not wait for its end.</summary>
    public async Task ReloadUnitAsync(string name, CancellationToken cancellation)
    {
        UnitLoop loop = Loop();
        await loop.AskAsync(() => loop.Reload(name)).WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task KillAsync(string name, CancellationToken cancellation)
    {
        UnitLoop loop = Loop();
        Task end = await loop.AskAsync(() => loop.Kill(name)).WaitAsync(cancellation);
        // Its end is told by the kernel; what is then said of it is true.
        await end.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task<UnitObservation?> ExamineAsync(string name, CancellationToken cancellation)
    {
        UnitLoop loop = Loop();
        await loop.AskAsync(() => loop.Sample(name)).WaitAsync(cancellation);
        return loop.Published.GetValueOrDefault(name);
    }

    /// <inheritdoc/>
    public UnitProcesses Find(string name)
    {
        IReadOnlyList<string> groups = _groups.GroupsOf(name);
        return new UnitProcesses(groups, groups.Count > 0 ? "" : _groups.MarkOf(name));
    }

    /// <summary>Removes control groups that nobody is in; for whoever throws the data folder away.</summary>
    public void RemoveGroups() => _groups.RemoveAll();

    /// <summary>Lets units go on without it.</summary>
    public ValueTask DisposeAsync()
    {
        _children?.Dispose();
        UnitLoop? loop = _loop;
        _loop = null;
        loop?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JobResult> AskAsync(string name, JobKind kind, CancellationToken cancellation)
    {
        UnitLoop loop = Loop();
        Task<JobResult> end = await loop.AskAsync(() => loop.Ask(name, kind)).WaitAsync(cancellation);
        return await end.WaitAsync(cancellation);
    }

    private UnitLoop Loop() => _loop
        ?? throw new UnitManagerException("the embedded runner has not been started") { IsManagerAway = true };
}
