using System.Text;
using CoreNode.Platform.Processes;
using CoreNode.Units.Manager;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Guard;

/// <summary>
/// The node's end of its guard (<see cref="GuardProgram"/>), for units of the embedded runner: starts the guard when
/// there is something to hold, takes over one that an earlier process of this node started, and starts it anew when it
/// is gone. Also tells the runner until when processes of the units may begin. <see cref="ArmAsync"/>: one caller at a
/// time; the rest: any thread.
/// </summary>
public sealed partial class UnitGuard : IUnitGuard, IStartLimit
{
    private const string SocketName = "guard.sock";
    private const string HeldName = "held";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_watch = TimeSpan.FromMilliseconds(250);

    private readonly GuardOptions _options;
    private readonly IUnitProcesses _processes;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _end = new();
    private volatile HeldUnits _held;
    private HashSet<string> _written;
    private bool _isSure;
    private GuardConnection? _connection;
    private ProcessHandle? _process;
    private Task _watch = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>
    /// Starts nothing yet. What an earlier process had held may not be started before it is armed again.
    /// </summary>
    public UnitGuard(GuardOptions options, IUnitProcesses processes, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _processes = processes;
        _time = time;
        _log = loggers.CreateLogger<UnitGuard>();
        Directory.CreateDirectory(options.Folder);
        _written = ReadHeld();
        _held = new HeldUnits(_written, null);
    }

    private string SocketPath => Path.Combine(_options.Folder, SocketName);

    private string HeldPath => Path.Combine(_options.Folder, HeldName);

    /// <inheritdoc/>
    public TimeSpan? NotAfter(string name)
    {
        HeldUnits held = _held;
        return held.Names.Contains(name) ? held.Deadline ?? TimeSpan.Zero : null;
    }

    /// <inheritdoc/>
    public async Task ArmAsync(IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            // Before and after: a process that starts after this one died in between forbids whatever may be held.
            HashSet<string> either = new(_held.Names, StringComparer.Ordinal);
            either.UnionWith(units);
            WriteHeld(either);
            await ArmOnceAsync(units, deadline, cancellation);
            _held = new HeldUnits(new HashSet<string>(units, StringComparer.Ordinal), deadline);
            _isSure = true;
            WriteHeld(_held.Names);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UnitManagerException($"the guard of singletons cannot be armed: {fault.Message}", fault);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lets go of the guard, which goes on holding what it holds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _end.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection?.Dispose();
        _process?.Dispose();
        _turn.Dispose();
        _end.Dispose();
    }

    private async Task ArmOnceAsync(IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation)
    {
        List<GuardedUnit> guarded = [];
        foreach (string unit in units)
            guarded.Add(new GuardedUnit(unit, _processes.Find(unit)));
        GuardMessage message = new(deadline, guarded);
        _isSure = false;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                if (await ConnectAsync(isNeeded: units.Count > 0, cancellation) is { } connection)
                    await connection.ArmAsync(message, cancellation);
                return;
            }
            catch (IOException fault) when (attempt == 0)
            {
                LogLost(fault.Message);
                Drop();
            }
            catch
            {
                Drop();
                throw;
            }
        }
    }

    private async Task<GuardConnection?> ConnectAsync(bool isNeeded, CancellationToken cancellation)
    {
        if (_connection is not null && !_connection.HasEnded())
            return _connection;
        Drop();
        if (await GuardConnection.OpenAsync(SocketPath, cancellation) is { } present)
        {
            LogTakenOver(present.Held.Units.Count);
            return Use(present.Connection);
        }

        if (!isNeeded)
            return null;
        Start();
        long begun = _time.GetTimestamp();
        while (_time.GetElapsedTime(begun) < _options.StartTime)
        {
            if (await GuardConnection.OpenAsync(SocketPath, cancellation) is { } opened)
                return Use(opened.Connection);
            if (_process!.TryWait() is not null)
                throw new IOException($"{string.Join(' ', _options.Program)} guard has ended at once");
            await Task.Delay(s_pause, _time, cancellation);
        }

        throw new IOException($"the guard does not answer after {_options.StartTime.TotalSeconds} s");
    }

    private GuardConnection Use(GuardConnection connection)
    {
        _connection = connection;
        if (_watch.IsCompleted)
            _watch = WatchAsync(_end.Token);
        return connection;
    }

    private void Start()
    {
        foreach (string group in _options.ControlGroups)
            TryMake(group);
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        List<string> environment = ["DOTNET_gcConcurrent=0", "DOTNET_GCHeapHardLimit=0x10000000", "DOTNET_TieredPGO=0"];
        int pid = Spawner.Start(new SpawnRequest(
            _options.Program[0],
            [.. _options.Program, GuardProgram.Command, SocketPath, .. _options.ControlGroups],
            environment, [nothing, nothing, nothing]));
        _process?.Dispose();
        _process = ProcessHandle.Open(pid) ?? throw new IOException("the guard has ended at once");
        LogStarted(pid);
    }

    // A guard that is gone is started anew with what it held, not only when it is armed the next time; and one that was
    // told something else, and did not confirm it, is told again what its caller was promised. An earlier process's
    // guard is left as it is until it is armed the first time: until when its units may run is not known here.
    private async Task WatchAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(s_watch, _time, cancellation);
            // In turn: an answer that is on its way to whoever arms would look like the end.
            await _turn.WaitAsync(cancellation);
            try
            {
                _process?.TryWait();
                HeldUnits held = _held;
                bool isTold = _isSure && _connection?.HasEnded() == false;
                if (!isTold && held is { Deadline: { } deadline, Names.Count: > 0 })
                    await RearmAsync(held.Names, deadline, cancellation);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The next time, or the agent's next try, which tells.
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    // Bounded: whoever wants to arm waits for its turn meanwhile.
    private async Task RearmAsync(IReadOnlySet<string> names, TimeSpan deadline, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.StartTime);
        try
        {
            await ArmOnceAsync(names, deadline, limit.Token);
            _isSure = true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It does not answer: the next time.
        }
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
        _process?.TryWait();
    }

    private static void TryMake(string group)
    {
        try
        {
            Directory.CreateDirectory(group);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The guard stays in the node's own group.
        }
    }

    private HashSet<string> ReadHeld()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        if (File.Exists(HeldPath))
            names.UnionWith(File.ReadAllText(HeldPath).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return names;
    }

    private void WriteHeld(IReadOnlySet<string> units)
    {
        if (_written.SetEquals(units))
            return;
        StringBuilder text = new();
        foreach (string unit in units)
            text.Append(unit).Append('\n');
        string part = HeldPath + ".part";
        File.WriteAllText(part, text.ToString());
        File.Move(part, HeldPath, overwrite: true);
        _written = new HashSet<string>(units, StringComparer.Ordinal);
    }

    // The deadline is null until this process has armed the guard.
    private sealed record HeldUnits(IReadOnlySet<string> Names, TimeSpan? Deadline);
}
