namespace CoreNode.Systemd;

/// <summary>A D-Bus call was answered by an error, or by nothing.</summary>
internal sealed class BusException(string name, string message) : Exception(message)
{
    /// <summary>Of a call that was given up because the connection is gone: it may have been done or not.</summary>
    public const string Lost = "org.freedesktop.DBus.Error.Disconnected";

    /// <summary>The error's name on D-Bus.</summary>
    public string Name => name;

    /// <summary>Not the unit's fault: nobody answered.</summary>
    public bool IsManagerAway => name is Lost
        or "org.freedesktop.DBus.Error.NoReply"
        or "org.freedesktop.DBus.Error.Timeout"
        or "org.freedesktop.DBus.Error.TimedOut"
        or "org.freedesktop.DBus.Error.NoServer"
        or "org.freedesktop.DBus.Error.ServiceUnknown"
        or "org.freedesktop.DBus.Error.NameHasNoOwner"
        or "org.freedesktop.systemd1.ShuttingDown";

    /// <summary>systemd does not know the unit, or it has nothing that runs.</summary>
    public bool IsUnknownUnit => name is "org.freedesktop.systemd1.NoSuchUnit"
        or "org.freedesktop.systemd1.NoSuchProcess"
        or "org.freedesktop.DBus.Error.UnknownObject";
}
