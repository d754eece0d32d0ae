using System.Collections.Concurrent;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Jobs;
using CoreNode.Runner.Keeping;
using CoreNode.Runner.Logs;
using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using Microsoft.Extensions.Logging;

namespace CoreNode.Runner.Live;

/// <summary>
/// The thread that owns all units: waits for their processes, messages, output and deadlines and for what is asked of
/// it, lets machines and jobs decide, and publishes how units stand.
/// </summary>
internal sealed class UnitLoop : IUnitGraph, IDisposable
{
    private readonly RunnerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly LoopSources _sources = new();
    private readonly ControlGroups _groups;
    private readonly UnitStore _store;
    private readonly UnitOutput _output;
    private readonly UnitDriver _driver;
    private readonly JournalSignals _signals;
    private readonly JobTable _jobs;
    private readonly JobRunner _runner;
    private readonly SortedDictionary<string, LiveUnit> _units = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Action> _asked = new();
    private readonly HostFacts _host;
    private readonly Thread _thread;
    private volatile Dictionary<string, UnitObservation> _published = [];
    private volatile bool _isEnding;
    private volatile bool _hasOrphans;
    private Exception? _fault;

    /// <summary>Makes it; nothing happens before <see cref="Start"/>.</summary>
    public UnitLoop(
        RunnerOptions options, ControlGroups groups, JournalSignals signals, TimeProvider time, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _time = time;
        _groups = groups;
        _signals = signals;
        _host = HostFactsReader.Read(options.MachineId);
        _store = new UnitStore(Path.Combine(options.DataFolder, "units"));
        _output = new UnitOutput(_store, time, _sources);
        _driver = new UnitDriver(
            _sources, groups, _store, _output, new ProcessStarter(groups, _store, options), () => Now)
        {
            Moved = AfterMove,
        };
        _jobs = new JobTable(this);
        _runner = new JobRunner(_units, _jobs, _driver, _output, _host.HostName, () => Now)
        {
            Moved = AfterMove,
            Publish = Publish,
        };
        _thread = new Thread(Run) { IsBackground = true, Name = "units" };
    }

    /// <summary>Told after units changed; on this thread.</summary>
    public Action<string> Changed { get; set; } = static _ => { };

    /// <summary>How units stand; any thread.</summary>
    public IReadOnlyDictionary<string, UnitObservation> Published => _published;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _units.Keys;

    private TimeSpan Now => _time.GetElapsedTime(0);

    /// <inheritdoc/>
    public UnitLinks? LinksOf(string unit) =>
        _units.TryGetValue(unit, out LiveUnit? live) ? live.Machine.Settings.Links : null;

    /// <inheritdoc/>
    public UnitPhase PhaseOf(string unit) =>
        _units.TryGetValue(unit, out LiveUnit? live) ? live.Machine.State.Phase : UnitPhase.Dead;

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Runs something on the thread and gives what it gives. Any thread.</summary>
    public Task<T> AskAsync<T>(Func<T> what)
        where T : class
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(() =>
        {
            try
            {
                T value = what();
                // Whoever asked may look at once.
                if (_changed.Count > 0)
                    Publish();
                answer.SetResult(value);
            }
            catch (Exception fault) when (fault is UnitManagerException or IOException or UnauthorizedAccessException)
            {
                answer.SetException(fault as UnitManagerException ?? new UnitManagerException(fault.Message, fault));
            }
        });
        if (_isEnding)
            answer.TrySetException(Gone());
        _sources.Wake();
        return answer.Task;
    }

    /// <summary>A child may have ended that nobody watches. Any thread.</summary>
    public void OrphanEnded()
    {
        _hasOrphans = true;
        _sources.Wake();
    }

    /// <summary>Takes over what is in the files, and kills what is in control groups and in no file.</summary>
    public void Recover()
    {
        foreach (StoredUnit stored in _store.ReadAll(text => _logger.Unreadable(text)))
        {
            if (UnitFile.Parse(stored.Text, out _) is not { } file)
            {
                _logger.Unreadable(_store.FolderOf(stored.Name));
                continue;
            }

            UnitSettingsResult read = UnitSettingsReader.Read(stored.Name, file, _host);
            if (read.Settings is null)
                continue;
            bool isSameBoot = stored.State?.BootId == _host.BootId;
            MachineState state = isSameBoot ? stored.State!.Machine : new MachineState();
            LiveUnit unit = Make(read.Settings, state);
            unit.Hash = file.Hash;
            unit.Environment = stored.Environment;
            if (isSameBoot)
                new UnitRecovery(_driver, _output, _store).Resume(unit, stored.State!, Now);
            Refresh(unit);
        }

        foreach (string name in _groups.Present())
        {
            if (_units.ContainsKey(name))
                continue;
            _logger.Orphaned(name);
            _groups.Kill(name, []);
            _groups.Remove(name);
        }

        foreach (LiveUnit unit in (LiveUnit[])[.. _units.Values])
        {
            _driver.Settle(unit);
            AfterMove(unit);
        }
    }

    /// <summary>See <see cref="IUnitManager.LoadAsync"/>.</summary>
    public object Load(string name, UnitFile file, IReadOnlyDictionary<string, string> environment)
    {
        UnitSettingsResult read = UnitSettingsReader.Read(name, file, _host);
        if (read.Settings is null)
            throw new UnitManagerException(read.Refusal);
        _store.WriteLoaded(name, file.Text, environment);
        if (!_units.TryGetValue(name, out LiveUnit? unit))
            unit = Make(read.Settings, new MachineState());
        unit.Machine.Settings = read.Settings;
        unit.Hash = file.Hash;
        unit.Environment = environment;
        unit.Notes = read.Notes;
        Refresh(unit);
        return unit;
    }

    /// <summary>Forgets a unit that is down; false if it is not (yet).</summary>
    public string Forget(string name)
    {
        if (!_units.TryGetValue(name, out LiveUnit? unit))
            return "";
        if (!PhaseWords.IsDown(unit.Machine.State.Phase))
            return $"{name} was started again while it was unloaded";
        _jobs.Forget(name);
        _driver.LetGo(unit);
        _output.Close(unit);
        unit.Journal.Dispose();
        _groups.Remove(name);
        _units.Remove(name);
        _store.Delete(name);
        _changed.Add(name);
        return "";
    }

    /// <summary>Asks for a job and gives the task of its end.</summary>
    public Task<JobResult> Ask(string name, JobKind kind) => _runner.Ask(name, kind);

    /// <summary>
    /// See <see cref="IUnitManager.KillAsync"/>; gives the task of the unit's end, which a later request may cancel.
    /// </summary>
    public Task Kill(string name)
    {
        if (!_units.TryGetValue(name, out LiveUnit? unit))
        {
            _groups.Kill(name, []);
            return Task.CompletedTask;
        }

        if (_jobs.Of(name) is { Kind: not JobKind.Stop })
            _jobs.Forget(name);
        _driver.KillAll(unit);
        return Ask(name, JobKind.Stop);
    }

    /// <summary>Runs a unit's ExecReload=.</summary>
    public string Reload(string name)
    {
        if (!_units.TryGetValue(name, out LiveUnit? unit) || unit.Machine.State.Phase != UnitPhase.Running)
            throw new UnitManagerException($"{name} is not active, so it cannot be reloaded");
        unit.Machine.Reload(Now);
        _driver.Settle(unit);
        AfterMove(unit);
        return name;
    }

    /// <summary>Asks the kernel what a unit uses.</summary>
    public string Sample(string name)
    {
        if (!_units.TryGetValue(name, out LiveUnit? unit))
            return "";
        unit.MemoryBytes = _groups.MemoryBytes(name);
        unit.ProcessorTime = _groups.ProcessorTime(name);
        unit.Observation = Observe(unit);
        Publish();
        return name;
    }

    /// <summary>Ends the thread; units go on.</summary>
    public void Dispose()
    {
        _isEnding = true;
        _sources.Wake();
        if (_thread.IsAlive)
            _thread.Join();
        foreach (LiveUnit unit in _units.Values)
        {
            _driver.LetGo(unit);
            _output.Close(unit);
            unit.Journal.Dispose();
        }

        _output.Dispose();
        _sources.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_isEnding)
                Step();
        }
        catch (Exception fault)
        {
            // A broken invariant: nothing is decided any more, units stay as they are.
            _fault = fault;
            _isEnding = true;
            _logger.LoopEnded(fault);
        }

        _runner.GiveUp(Gone());
        while (_asked.TryDequeue(out Action? asked))
            asked();
    }

    private void Step()
    {
        _sources.Wait(_output.HasMore ? TimeSpan.Zero : NextTimeout());
        while (_asked.TryDequeue(out Action? asked))
            asked();
        _output.PumpUnread();
        TimeSpan now = Now;
        foreach (LiveUnit unit in (LiveUnit[])[.. _units.Values])
        {
            _driver.CheckPidFile(unit, now);
            if (unit.Machine.NextDeadline is not { } due || now < due)
                continue;
            unit.Machine.TimeIsUp(now);
            _driver.Settle(unit);
            AfterMove(unit);
        }

        if (_hasOrphans)
        {
            _hasOrphans = false;
            Reap();
        }

        _runner.Run();
        if (_changed.Count == 0)
            return;
        Publish();
        string[] changed = [.. _changed];
        _changed.Clear();
        foreach (string name in changed)
            Changed(name);
    }

    private TimeSpan? NextTimeout()
    {
        TimeSpan? next = null;
        foreach (LiveUnit unit in _units.Values)
        {
            foreach (TimeSpan? one in (TimeSpan?[])[unit.Machine.NextDeadline, unit.NextPidFileCheck])
            {
                if (one is { } due && (next is not { } before || due < before))
                    next = due;
            }
        }

        return next - Now;
    }

    // Orphans of units that ended, and that no unit watches.
    private void Reap()
    {
        HashSet<int> watched = [];
        foreach (LiveUnit unit in _units.Values)
            watched.UnionWith(unit.KnownPids());
        int own = ProcessTable.Find(Environment.ProcessId)?.Session ?? 0;
        // What the framework starts is in this process's own session, and it waits for that itself.
        ChildProcesses.Reap(pid => !watched.Contains(pid) && ProcessTable.Find(pid)?.Session != own);
    }

    private LiveUnit Make(UnitSettings settings, MachineState state)
    {
        string journals = Path.Combine(_options.DataFolder, "journal");
        UnitJournal journal = new(
            settings.Name, Path.Combine(journals, settings.Name), _options.JournalBytes, _signals);
        journal.Open();
        LiveUnit unit = new(settings.Name, new UnitMachine(settings, state), journal);
        _units.Add(settings.Name, unit);
        try
        {
            OldJournals.Remove(journals, _units.Keys);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _logger.JournalsStay(fault.Message);
        }

        return unit;
    }

    private void AfterMove(LiveUnit unit)
    {
        UnitStates before = unit.Observation.States;
        Refresh(unit);
        UnitStates after = unit.Observation.States;
        Save(unit);
        bool wentDown = before.Active is "active" or "reloading" or "activating"
            && after.Active is "inactive" or "failed" or "deactivating";
        if (wentDown)
            _jobs.WentDown(unit.Name);
        if (unit.Machine.HasJustFailed)
        {
            unit.Machine.HasJustFailed = false;
            _jobs.HasFailed(unit.Name);
        }
    }

    private void Refresh(LiveUnit unit)
    {
        UnitStates states = unit.States();
        if (states.Active == "active" && unit.Observation.States.Active != "active" && unit.Since is null)
            unit.Since = _time.GetUtcNow();
        else if (states.Active is not ("active" or "reloading"))
            unit.Since = null;
        unit.HasRun |= states.Active != "inactive";
        UnitObservation now = Observe(unit);
        if (now == unit.Observation && _published.ContainsKey(unit.Name))
            return;
        unit.Observation = now;
        _changed.Add(unit.Name);
    }

    private UnitObservation Observe(LiveUnit unit)
    {
        MachineState state = unit.Machine.State;
        return new UnitObservation(unit.Name, unit.Hash, unit.States())
        {
            Result = unit.HasRun || state.Result != UnitResult.Success ? state.Result : "",
            MainPid = state.MainPid,
            ExitStatus = state.MainEnd?.Status ?? 0,
            Since = unit.Since,
            Restarts = state.Restarts,
            ControlGroup = PhaseWords.IsDown(state.Phase) ? "" : _groups.NameOf(unit.Name),
            MemoryBytes = PhaseWords.IsDown(state.Phase) ? 0 : unit.MemoryBytes,
            ProcessorTime = PhaseWords.IsDown(state.Phase) ? TimeSpan.Zero : unit.ProcessorTime,
        };
    }

    private void Save(LiveUnit unit)
    {
        try
        {
            _store.WriteState(unit.Name, new StoredState
            {
                Machine = unit.Machine.State,
                BootId = _host.BootId,
                InvocationId = unit.InvocationId,
                MainStartTicks = unit.Main?.StartTicks ?? 0,
                ControlStartTicks = unit.Control?.StartTicks ?? 0,
                SinceUs = unit.Since is { } since ? (since - DateTimeOffset.UnixEpoch).Ticks / 10 : 0,
            });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _logger.NotSaved(unit.Name, fault.Message);
        }
    }

    private void Publish()
    {
        Dictionary<string, UnitObservation> units = new(_units.Count, StringComparer.Ordinal);
        foreach (LiveUnit unit in _units.Values)
            units.Add(unit.Name, unit.Observation);
        _published = units;
    }

    private UnitManagerException Gone() =>
        new("the embedded runner of units has ended", _fault) { IsManagerAway = true };
}
