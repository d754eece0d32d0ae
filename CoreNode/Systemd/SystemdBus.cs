using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>
/// systemd's manager object over one connection that is kept: calls, jobs with their real end, and its signals. Any
/// thread; handlers run on the connection's.
/// </summary>
internal sealed class SystemdBus : IDisposable
{
    private static readonly TimeSpan s_firstConnection = TimeSpan.FromSeconds(15);

    private readonly JobTable _jobs = new();
    private readonly BusLoop _loop;
    private readonly int _addresses;
    private TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasStarted;
    private int _failures;
    private volatile bool _isConnected;

    public SystemdBus(IReadOnlyList<BusAddress> addresses, string threadName)
    {
        _addresses = addresses.Count;
        _loop = new BusLoop(addresses, Open, Lose, threadName);
    }

    /// <summary>A unit's properties have changed; the message stands at its first argument.</summary>
    public BusRead? OnUnitChanged { get; init; }

    /// <summary>systemd has read its unit files again, for whomever.</summary>
    public Action? OnReloaded { get; init; }

    /// <summary>Connected, the first time or again.</summary>
    public Action? OnConnected { get; init; }

    /// <summary>The connection is lost (true), or an attempt to connect failed; with the reason.</summary>
    public Action<bool, string>? OnLost { get; init; }

    public bool IsConnected => _isConnected;

    /// <summary>
    /// Connects, and waits until it did or every address has refused once. It goes on trying also after it threw; a
    /// second call waits anew.
    /// </summary>
    /// <exception cref="UnitManagerException">systemd cannot be reached.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_first.Task.IsFaulted)
            Interlocked.Exchange(ref _first, new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!_hasStarted)
            _loop.Start();
        _hasStarted = true;
        if (_isConnected)
            return;
        try
        {
            await _first.Task.WaitAsync(s_firstConnection, cancellation);
        }
        catch (TimeoutException silence)
        {
            throw new UnitManagerException(
                $"systemd did not answer within {s_firstConnection.TotalSeconds:0} s", silence)
            {
                IsManagerAway = true,
            };
        }
    }

    /// <summary>Calls the manager.</summary>
    /// <exception cref="BusException">It was answered by an error or not at all.</exception>
    public Task CallAsync(BusMethod method, BusWrite? write, BusRead? read, CancellationToken cancellation) =>
        _loop.CallAsync(method, BusMethod.ManagerPath, write, read, cancellation);

    /// <summary>All properties of one interface of an object, entry by entry.</summary>
    public Task GetAllAsync(string path, string iface, BusRead read, CancellationToken cancellation) =>
        _loop.CallAsync(BusMethod.GetAll, path, writer => writer.Write(iface), read, cancellation);

    /// <summary>One property of an object, as a variant.</summary>
    public Task GetAsync(string path, string iface, string property, BusRead read, CancellationToken cancellation) =>
        _loop.CallAsync(
            BusMethod.Get,
            path,
            writer =>
            {
                writer.Write(iface);
                writer.Write(property);
            },
            read,
            cancellation);

    /// <summary>Has systemd make a job, and waits for its end.</summary>
    /// <returns>The job's result, or <see cref="JobTable.Gone"/>.</returns>
    /// <exception cref="BusException">systemd made no job.</exception>
    public async Task<string> RunJobAsync(BusMethod method, BusWrite write, CancellationToken cancellation)
    {
        TaskCompletionSource<string> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await CallAsync(method, write, reader => _jobs.Expect(reader.ReadString('o'), end), cancellation);
        }
        catch (BusException lost) when (lost.Name is BusException.Lost or "org.freedesktop.DBus.Error.NoReply")
        {
            return JobTable.Gone;
        }

        return await end.Task.WaitAsync(cancellation);
    }

    public void Dispose()
    {
        _isConnected = false;
        _loop.Dispose();
        _jobs.Lose();
        _first.TrySetCanceled();
    }

    private void Open(BusConnection connection)
    {
        connection.AbortWhenSystemdLeaves();
        connection.OnSignal(
            $"path='{BusMethod.ManagerPath}',interface='{BusMethod.ManagerInterface}',member='JobRemoved'",
            reader =>
            {
                reader.ReadUInt32();
                string job = reader.ReadString('o');
                reader.ReadString();
                _jobs.Remove(job, reader.ReadString());
            });
        connection.OnSignal(
            $"path='{BusMethod.ManagerPath}',interface='{BusMethod.ManagerInterface}',member='Reloading'",
            reader =>
            {
                if (!reader.ReadBool())
                    OnReloaded?.Invoke();
            });
        if (OnUnitChanged is { } changed)
        {
            connection.OnSignal(
                $"interface='{BusMethod.PropertiesInterface}',member='PropertiesChanged'", changed);
        }

        // Its answer shows that the other side is systemd and that the matches before it are in place.
        connection.Send(
            new BusCall(BusMethod.Subscribe, BusMethod.ManagerPath, null, _ => Connected())
            {
                OnFailed = connection.Abort,
            });
    }

    private void Connected()
    {
        _failures = 0;
        _isConnected = true;
        _loop.MarkServing();
        OnConnected?.Invoke();
        _first.TrySetResult();
    }

    private void Lose(string reason)
    {
        bool wasConnected = _isConnected;
        _isConnected = false;
        _jobs.Lose();
        if (++_failures % _addresses == 0)
        {
            _first.TrySetException(
                new UnitManagerException($"systemd cannot be reached: {reason}") { IsManagerAway = true });
        }

        OnLost?.Invoke(wasConnected, reason);
    }
}
