using CoreNode.Updates.Desk;
using Microsoft.Extensions.Logging;

namespace CoreNode.Systemd.Updates;

/// <summary>
/// The updates of this machine on D-Bus, under the name and with the methods of CoreOS's update engine, so that what
/// follows or drives that one goes on as it is (decision 0048). The name is never taken from another engine: where one
/// has it, or is installed to be started for it, nothing is served until the node is started again. Without a bus it
/// waits for one.
/// </summary>
public sealed partial class UpdateBus : IDisposable
{
    /// <summary>The name on the bus.</summary>
    public const string Name = "com.coreos.update1";

    /// <summary>Where its one object is.</summary>
    public const string ObjectPath = "/com/coreos/update1";

    /// <summary>That object's interface.</summary>
    public const string Interface = "com.coreos.update1.Manager";

    private const string BusName = "org.freedesktop.DBus";
    private const string BusPath = "/org/freedesktop/DBus";
    private const string FailedError = "org.freedesktop.DBus.Error.Failed";
    private const uint DoNotQueue = 4;
    private const uint IsOwner = 1;

    private static readonly BusMethod s_listActivatable =
        new(BusName, "ListActivatableNames") { Destination = BusName };

    private static readonly BusMethod s_requestName = new(BusName, "RequestName") { Destination = BusName };

    private static readonly string[] s_statusNames =
        ["last_checked_time", "progress", "current_operation", "new_version", "new_size"];

    private readonly IUpdateDesk _desk;
    private readonly ILogger<UpdateBus> _logger;
    private readonly TimeProvider _time;
    private readonly BusLoop _loop;
    private readonly BusObject _object;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly TaskCompletionSource<bool> _claimed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isServing;
    private bool _hasComplained;
    private bool _isDisposed;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="desk">What is served.</param>
    /// <param name="address">The message bus: the system's.</param>
    /// <param name="logger">Where it logs.</param>
    /// <param name="time">The clock.</param>
    public UpdateBus(IUpdateDesk desk, BusAddress address, ILogger<UpdateBus> logger, TimeProvider time)
    {
        _desk = desk;
        _logger = logger;
        _time = time;
        _stopping = _stop.Token;
        _loop = new BusLoop([address], Open, Lose, "updates on D-Bus");
        _object = new BusObject(
            ObjectPath,
            Interface,
            [
                new BusMember("AttemptUpdate", "", [], IsSignal: false),
                new BusMember("ResetStatus", "", [], IsSignal: false),
                new BusMember("GetStatus", "xdssx", s_statusNames, IsSignal: false),
                new BusMember("StatusUpdate", "xdssx", s_statusNames, IsSignal: true),
            ],
            Handle);
    }

    /// <summary>True while the name is this node's.</summary>
    public bool IsServing => _isServing;

    /// <summary>Whether the name became this node's; ends once that is known.</summary>
    internal Task<bool> Claimed => _claimed.Task;

    /// <summary>Begins to serve as soon as it can. Once.</summary>
    public void Start()
    {
        _loop.Start();
        _ = FollowAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _stop.Cancel();
        _isServing = false;
        _loop.Dispose();
        _claimed.TrySetResult(false);
        _stop.Dispose();
    }

    // On the loop's thread, as all that follows but FollowAsync and OrderAsync.
    private void Open(BusConnection connection)
    {
        connection.Export(_object);
        connection.Send(new BusCall(s_listActivatable, BusPath, null, names => Claim(connection, names))
        {
            OnFailed = connection.Abort,
        });
    }

    // Another engine that is only started when somebody asks for it has the name all the same.
    private void Claim(BusConnection connection, BusReader names)
    {
        names.Enter('a', "s"u8);
        while (names.TryReadString(out string name))
        {
            if (name != Name)
                continue;
            Leave("another update engine is installed for it (see /usr/share/dbus-1/system-services)");
            return;
        }

        connection.Send(new BusCall(s_requestName, BusPath, WriteClaim, Judge)
        {
            OnFailed = reason =>
            {
                // A bus that went away meanwhile has refused nothing.
                if (connection.Fault is null)
                    Leave($"{reason}; install packaging/dbus/{Name}.conf in /etc/dbus-1/system.d");
            },
        });

        void Judge(BusReader answer)
        {
            if (answer.ReadUInt32() == IsOwner)
                Serve();
            else
                Leave("another update engine has it");
        }
    }

    private static void WriteClaim(BusWriter writer)
    {
        writer.Write(Name);
        writer.Write(DoNotQueue);
    }

    private void Serve()
    {
        _loop.MarkServing();
        _isServing = true;
        _hasComplained = false;
        LogServing(Name);
        _claimed.TrySetResult(true);
    }

    // The node does all its work without the name: nothing is tried again before its next start.
    private void Leave(string reason)
    {
        if (_stopping.IsCancellationRequested || _isServing)
            return;
        LogLeft(Name, reason);
        _claimed.TrySetResult(false);
        _loop.Dispose();
    }

    private void Lose(string reason)
    {
        bool wasServing = _isServing;
        _isServing = false;
        if (wasServing || !_hasComplained)
            LogLost(Name, reason);
        _hasComplained = true;
    }

    private void Handle(BusRequest request)
    {
        switch (request.Member)
        {
            case "GetStatus":
                UpdateSignal status = UpdateSignal.Of(_desk.Status);
                request.Answer(writer => Write(writer, status));
                break;
            case "AttemptUpdate":
                _ = OrderAsync(request, UpdateOrderKind.Now);
                break;
            case "ResetStatus":
                _ = OrderAsync(request, UpdateOrderKind.Reset);
                break;
            default:
                request.Refuse("org.freedesktop.DBus.Error.UnknownMethod", $"there is no {request.Member}");
                break;
        }
    }

    private async Task OrderAsync(BusRequest request, UpdateOrderKind kind)
    {
        await Task.Yield();
        string refusal;
        try
        {
            UpdateOrderResult result = await _desk.OrderAsync(new UpdateOrder(kind), _stopping);

            // As with that engine, an attempt while one is under way or waits for its reboot changes nothing, and is
            // no failure.
            bool isFine = kind == UpdateOrderKind.Now && result.Status.Status != "UPDATE_STATUS_IDLE";
            refusal = isFine ? "" : result.Refusal;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _loop.Post(_ =>
        {
            if (refusal.Length == 0)
                request.Answer();
            else
                request.Refuse(FailedError, refusal);
        });
    }

    // Tells each change to whoever listens.
    private async Task FollowAsync()
    {
        UpdateSignal? last = null;
        long told = 0;
        UpdateStatusView view = _desk.Status;
        try
        {
            while (true)
            {
                view = await _desk.WaitForChangeAsync(view.Number, _stopping);
                UpdateSignal now = UpdateSignal.Of(view);
                if (!_isServing || !now.IsWorthTelling(last, _time.GetElapsedTime(told)))
                    continue;
                (last, told) = (now, _time.GetTimestamp());
                _loop.Post(connection => Tell(connection, now));
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private void Tell(BusConnection connection, UpdateSignal signal)
    {
        if (_isServing)
            connection.Emit(_object, "StatusUpdate", writer => Write(writer, signal));
    }

    private static void Write(BusWriter writer, UpdateSignal signal)
    {
        writer.Write(signal.LastCheckedTime);
        writer.Write(signal.Progress);
        writer.Write(signal.CurrentOperation);
        writer.Write(signal.NewVersion);
        writer.Write(signal.NewSize);
    }
}
