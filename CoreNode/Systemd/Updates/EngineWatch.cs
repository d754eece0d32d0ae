namespace CoreNode.Systemd.Updates;

/// <summary>
/// Another update engine of this machine, on D-Bus as CoreOS's: whether it waits for a reboot. It is asked once it can
/// be, also when it comes or comes back later, never started for that, and then listened to. What it waited with when
/// it went stays: the version is installed all the same. Any thread.
/// </summary>
public sealed class EngineWatch : IDisposable
{
    private const string Waits = "UPDATE_STATUS_UPDATED_NEED_REBOOT";
    private const string BusName = "org.freedesktop.DBus";

    private static readonly BusMethod s_hasOwner = new(BusName, "NameHasOwner") { Destination = BusName };

    private static readonly BusMethod s_getStatus =
        new(UpdateBus.Interface, "GetStatus") { Destination = UpdateBus.Name };

    private readonly BusLoop _loop;
    private volatile string _waiting = "";
    private volatile bool _isListening;

    /// <summary>Opens nothing yet.</summary>
    public EngineWatch(BusAddress address) => _loop = new BusLoop([address], Open, static _ => { }, "update engine");

    /// <summary>What it waits with, in one line; empty: it does not wait for a reboot.</summary>
    public string Waiting => _waiting;

    /// <summary>True once no change can be missed any more.</summary>
    internal bool IsListening => _isListening;

    /// <summary>Begins to look. Once.</summary>
    public void Start() => _loop.Start();

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    private void Open(BusConnection connection)
    {
        connection.OnSignalOf(
            UpdateBus.Name,
            $"path='{UpdateBus.ObjectPath}',interface='{UpdateBus.Interface}',member='StatusUpdate'", Read);
        connection.OnSignalOf(
            BusName,
            $"path='/org/freedesktop/DBus',interface='{BusName}',member='NameOwnerChanged',arg0='{UpdateBus.Name}'",
            reader =>
            {
                reader.Skip("ss"u8);
                if (reader.ReadString().Length > 0)
                    Ask(connection);
            });
        connection.Send(new BusCall(
            s_hasOwner, "/org/freedesktop/DBus", static writer => writer.Write(UpdateBus.Name),
            reader =>
            {
                _loop.MarkServing();
                _isListening = true;
                if (reader.ReadBool())
                    Ask(connection);
            })
        {
            OnFailed = connection.Abort,
        });
    }

    private void Ask(BusConnection connection) =>
        connection.Send(new BusCall(s_getStatus, UpdateBus.ObjectPath, null, Read));

    private void Read(BusReader reader)
    {
        reader.Skip("xd"u8);
        string operation = reader.ReadString();
        string version = reader.ReadString();
        _waiting = operation == Waits
            ? $"the machine's update engine has installed {(version.Length > 0 ? version : "a new version")}"
            : "";
    }
}
