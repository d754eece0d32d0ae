using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using Microsoft.Extensions.Logging;

namespace CoreNode.Systemd;

/// <summary>
/// Runs units by systemd (docs/decisions/0029): texts in a folder of our own, linked into systemd's, jobs with their
/// real end, states kept from its signals. What it has loaded is on disk, so a new process goes on with it.
/// </summary>
public sealed partial class SystemdUnitManager : IUnitManager
{
    private const int KillSignal = 9;
    private static readonly TimeSpan s_killPause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan s_killPatience = TimeSpan.FromSeconds(15);

    private readonly ILogger<SystemdUnitManager> _logger;
    private readonly TimeProvider _time;
    private readonly UnitFolder _folder;
    private readonly SystemdBus _bus;
    private readonly UnitTable _units;
    private readonly UnitReader _reader;
    private readonly ReloadGate _reloads;
    private readonly KeyedGate _turns = new();
    private volatile bool _hasStarted;
    private volatile bool _isSettled;

    /// <summary>A manager that is not connected yet.</summary>
    public SystemdUnitManager(SystemdOptions options, ILogger<SystemdUnitManager> logger, TimeProvider time)
    {
        _logger = logger;
        _time = time;
        _folder = new UnitFolder(options);
        _units = new UnitTable { OnChanged = name => Changed?.Invoke(name) };
        _bus = new SystemdBus(options.Addresses, "systemd units")
        {
            OnUnitChanged = message => _reader!.OnSignal(message),
            OnReloaded = () => _ = _reader!.ListAsync(),
            OnConnected = () => _ = SettleAsync(),
            OnLost = OnLost,
        };
        _reader = new UnitReader(_bus, _units);
        _reloads = new ReloadGate(ReloadAsync, time);
    }

    /// <inheritdoc/>
    public event Action<string?>? Changed;

    /// <inheritdoc/>
    public string Kind => "systemd";

    /// <inheritdoc/>
    public bool IsConnected => _bus.IsConnected && _isSettled;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, UnitObservation> Units => _units.Published;

    /// <summary>How often it had systemd read its files again.</summary>
    public int Reloads => _reloads.Count;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            _folder.Prepare();
            Adopt();
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new UnitManagerException($"units cannot be kept: {denied.Message}", denied);
        }

        await _bus.StartAsync(cancellation);
        try
        {
            await _reader.RefreshAllAsync(cancellation);
        }
        catch (BusException failure)
        {
            throw new UnitManagerException($"systemd cannot be asked for its units: {failure.Message}", failure)
            {
                IsManagerAway = true,
            };
        }

        _hasStarted = true;
        _isSettled = true;
        Changed?.Invoke(null);
    }

    /// <inheritdoc/>
    public async Task LoadAsync(
        string name, UnitFile file, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        using IDisposable turn = await _turns.EnterAsync(name, cancellation);
        string text = file.Text;
        string? dropIn = UnitFolder.DropInText(name, environment);
        (string? textBefore, string? dropInBefore) = (_folder.ReadText(name), _folder.ReadDropIn(name));
        UnitRecord? known = _units.Find(name);
        if (known is not null && known.Hash == file.Hash && text == textBefore && dropIn == dropInBefore)
            return;
        try
        {
            await PlaceAsync(name, file, dropIn, known, cancellation);
        }
        catch (Exception failure) when (failure is BusException or IOException or UnauthorizedAccessException
            or UnitManagerException)
        {
            await TakeBackAsync(name, known, textBefore, dropInBefore);
            throw Wrap(name, "cannot be loaded", failure);
        }
    }

    /// <inheritdoc/>
    public async Task UnloadAsync(string name, CancellationToken cancellation)
    {
        using IDisposable turn = await _turns.EnterAsync(name, cancellation);
        UnitRecord? known = _units.Find(name);
        if (known is null && _folder.ReadText(name) is null)
            return;
        UnitRecord record = known ?? new UnitRecord(name, "");
        try
        {
            await StopForGoodAsync(record, cancellation);
            _reloads.BeginComing();
            try
            {
                await DisableAsync(name, cancellation);
                _folder.Remove(name);
                await ResetFailedAsync(name, cancellation);
            }
            finally
            {
                _reloads.EndComing();
            }

            await _reloads.RequestAsync(cancellation);
            _units.Remove(record);
        }
        catch (Exception failure) when (failure is BusException or IOException or UnauthorizedAccessException)
        {
            throw Wrap(name, "cannot be unloaded", failure);
        }
    }

    /// <inheritdoc/>
    public Task<JobResult> StartUnitAsync(string name, CancellationToken cancellation) =>
        RunAsync(BusMethod.StartUnit, name, "cannot be started", cancellation);

    /// <inheritdoc/>
    public Task<JobResult> StopUnitAsync(string name, CancellationToken cancellation) =>
        RunAsync(BusMethod.StopUnit, name, "cannot be stopped", cancellation);

    /// <inheritdoc/>
    public Task<JobResult> RestartUnitAsync(string name, CancellationToken cancellation) =>
        RunAsync(BusMethod.RestartUnit, name, "cannot be restarted", cancellation);

    /// <inheritdoc/>
    public async Task KillAsync(string name, CancellationToken cancellation)
    {
        if (_units.Find(name) is not { } record)
            return;
        try
        {
            long began = _time.GetTimestamp();
            await SignalAsync(name, cancellation);
            // Killed alone it would be started again where its file says so. Not waited for: it runs ExecStopPost.
            await IgnoreUnknownAsync(_bus.CallAsync(
                BusMethod.StopUnit, writer => WriteJob(writer, name), null, cancellation));
            while (true)
            {
                await SignalAsync(name, cancellation);
                await _reader.RefreshAsync(record, cancellation);
                if (_units.States(record).Active is "inactive" or "failed")
                    return;
                if (_time.GetElapsedTime(began) > s_killPatience)
                    throw new UnitManagerException(
                        $"{name} still runs {s_killPatience.TotalSeconds:0} s after SIGKILL");
                await Task.Delay(s_killPause, _time, cancellation);
            }
        }
        catch (BusException failure)
        {
            throw Wrap(name, "cannot be killed", failure);
        }
    }

    /// <inheritdoc/>
    public async Task<UnitObservation?> ExamineAsync(string name, CancellationToken cancellation)
    {
        if (_units.Find(name) is not { } record)
            return null;
        try
        {
            await _reader.RefreshAsync(record, cancellation);
            return Units.GetValueOrDefault(name);
        }
        catch (BusException failure)
        {
            throw Wrap(name, "cannot be asked for", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _isSettled = false;
        _bus.Dispose();
        return ValueTask.CompletedTask;
    }

    // What an earlier process loaded; what it did not get as far as to link was never loaded.
    private void Adopt()
    {
        int adopted = 0;
        foreach (string name in _folder.Names())
        {
            if (_folder.ReadText(name) is not { } text || !_folder.IsLinked(name))
            {
                _folder.Remove(name);
                continue;
            }

            _units.Add(new UnitRecord(name, UnitFile.Parse(text, out _)?.Hash ?? ""));
            adopted++;
        }

        if (adopted > 0)
            LogAdopted(adopted);
    }

    private async Task SettleAsync()
    {
        if (!_hasStarted)
            return;
        try
        {
            await _reader.RefreshAllAsync(CancellationToken.None);
            _isSettled = _bus.IsConnected;
            LogConnected();
            Changed?.Invoke(null);
        }
        catch (BusException failure)
        {
            // The connection is lost again: the next one comes here.
            LogNotRead(failure.Message);
        }
    }

    private void OnLost(bool wasConnected, string reason)
    {
        _isSettled = false;
        if (!wasConnected)
            return;
        LogLost(reason);
        Changed?.Invoke(null);
    }

    private async Task<JobResult> RunAsync(
        BusMethod method, string name, string what, CancellationToken cancellation)
    {
        if (_units.Find(name) is not { } record)
            throw new UnitManagerException($"{name} {what}: it is not loaded here");
        bool stops = method == BusMethod.StopUnit;
        try
        {
            string result = await _bus.RunJobAsync(method, writer => WriteJob(writer, name), cancellation);
            bool isAtRest = _units.States(record).Active is "inactive" or "failed";
            // Signals of the unit come before its job's end; where that does not fit, or why is asked, systemd is too.
            if (result != JobTable.Gone && (result != "done" || isAtRest != stops))
                await _reader.RefreshAsync(record, cancellation);
            return _units.Look(record, facts => JobEnd.Of(name, result, facts));
        }
        catch (BusException unknown) when (stops && unknown.IsUnknownUnit)
        {
            return _units.Look(record, facts => JobEnd.Of(name, "done", facts));
        }
        catch (BusException away) when (away.IsManagerAway)
        {
            throw Wrap(name, what, away);
        }
        catch (BusException refused)
        {
            return new JobResult(false, "failed", $"{name} {what}: {refused.Message}", _units.States(record));
        }
    }

    // Writes, links, enables, and sees to it that systemd has exactly this.
    private async Task PlaceAsync(
        string name, UnitFile file, string? dropIn, UnitRecord? known, CancellationToken cancellation)
    {
        bool isNew = !_folder.IsLinked(name);
        bool isInstalled = file.Options.Any(o => o.Section == "Install");
        UnitRecord record = new(name, file.Hash);
        _reloads.BeginComing();
        try
        {
            _folder.WriteDropIn(name, dropIn);
            _folder.WriteText(name, file.Text);
            if (isNew)
                await LinkAsync(BusMethod.LinkUnitFiles, _folder.TextPath(name), cancellation);
            if (isInstalled)
                await LinkAsync(BusMethod.EnableUnitFiles, name, cancellation);
        }
        finally
        {
            _reloads.EndComing();
        }

        // A unit that systemd has never met is read from its files as they are now; all others need a reload, which
        // costs more the more units there are.
        bool hasReloaded = !isNew || isInstalled;
        if (hasReloaded)
            await _reloads.RequestAsync(cancellation);
        await _reader.RefreshAsync(record, cancellation);
        if (!hasReloaded && !IsAsWritten(record, dropIn))
        {
            await _reloads.RequestAsync(cancellation);
            await _reader.RefreshAsync(record, cancellation);
        }

        string complaint = _units.Look(record, facts => Complaint(name, facts));
        if (complaint.Length > 0)
            throw new UnitManagerException(complaint);
        if (known is null)
        {
            _units.Add(record);
            return;
        }

        known.Hash = file.Hash;
        await _reader.RefreshAsync(known, cancellation);
    }

    private bool IsAsWritten(UnitRecord record, string? dropIn) =>
        _units.Look(record, facts => facts.Load == "loaded" && !facts.NeedsReload && IsOurs(record.Name, facts)
            && facts.DropIns.Contains(_folder.DropInPath(record.Name)) == dropIn is not null ? "yes" : "").Length > 0;

    private bool IsOurs(string name, UnitFacts facts) =>
        facts.FragmentPath == _folder.TextPath(name) || facts.FragmentPath == _folder.LinkPath(name);

    private string Complaint(string name, UnitFacts facts)
    {
        if (facts.Load != "loaded")
        {
            string detail = facts.LoadError.Length > 0 ? facts.LoadError : facts.Load;
            return $"systemd does not take it: {detail}; see its journal, or try: corenode unit verify FILE";
        }

        return IsOurs(name, facts)
            ? ""
            : $"{facts.FragmentPath} of this machine has the same name and goes first: choose another name";
    }

    // What was there before the attempt is there again: a unit that runs must not lose its file.
    private async Task TakeBackAsync(string name, UnitRecord? known, string? text, string? dropIn)
    {
        try
        {
            if (known is null || text is null)
            {
                _folder.Remove(name);
            }
            else
            {
                _folder.WriteText(name, text);
                _folder.WriteDropIn(name, dropIn);
            }

            await _reloads.RequestAsync(CancellationToken.None);
            await ResetFailedAsync(name, CancellationToken.None);
        }
        catch (Exception failure) when (failure is BusException or IOException or UnauthorizedAccessException)
        {
            LogNotTakenBack(name, failure.Message);
        }
    }

    private async Task StopForGoodAsync(UnitRecord record, CancellationToken cancellation)
    {
        string result;
        try
        {
            result = await _bus.RunJobAsync(
                BusMethod.StopUnit, writer => WriteJob(writer, record.Name), cancellation);
        }
        catch (BusException unknown) when (unknown.IsUnknownUnit)
        {
            return;
        }

        if (result == JobTable.Gone)
            throw new BusException(BusException.Lost, "the connection to systemd was lost while it was stopped");
        if (result == "done")
            return;
        await _reader.RefreshAsync(record, cancellation);
        if (_units.States(record).Active is not ("inactive" or "failed"))
            throw Wrap(record.Name, "cannot be unloaded", new IOException($"it was not stopped ({result})"));
    }

    private Task LinkAsync(BusMethod method, string file, CancellationToken cancellation) => _bus.CallAsync(
        method,
        writer =>
        {
            writer.Write([file]);
            writer.Write(true);
            writer.Write(true);
        },
        null,
        cancellation);

    private Task DisableAsync(string name, CancellationToken cancellation) => IgnoreUnknownAsync(_bus.CallAsync(
        BusMethod.DisableUnitFiles,
        writer =>
        {
            writer.Write([name]);
            writer.Write(true);
        },
        null,
        cancellation));

    private Task SignalAsync(string name, CancellationToken cancellation) => IgnoreUnknownAsync(_bus.CallAsync(
        BusMethod.KillUnit,
        writer =>
        {
            writer.Write(name);
            writer.Write("all");
            writer.Write(KillSignal);
        },
        null,
        cancellation));

    private Task ResetFailedAsync(string name, CancellationToken cancellation) => IgnoreUnknownAsync(
        _bus.CallAsync(BusMethod.ResetFailedUnit, writer => writer.Write(name), null, cancellation));

    private Task ReloadAsync(CancellationToken cancellation) =>
        _bus.CallAsync(BusMethod.Reload, null, null, cancellation);

    private static async Task IgnoreUnknownAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (BusException refused) when (!refused.IsManagerAway)
        {
            // The unit has gone meanwhile, or has nothing that runs: as wanted.
        }
    }

    private static void WriteJob(BusWriter writer, string name)
    {
        writer.Write(name);
        writer.Write("replace");
    }

    private static UnitManagerException Wrap(string name, string what, Exception failure) =>
        failure as UnitManagerException is { Message: var said } && said.StartsWith(name, StringComparison.Ordinal)
            ? (UnitManagerException)failure
            : new UnitManagerException($"{name} {what}: {failure.Message}", failure)
            {
                IsManagerAway = failure is BusException { IsManagerAway: true },
            };
}
