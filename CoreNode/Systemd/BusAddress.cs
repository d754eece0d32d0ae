namespace CoreNode.Systemd;

/// <summary>Where systemd listens.</summary>
/// <param name="Text">A D-Bus address.</param>
/// <param name="IsBus">
/// Whether a message bus is between: then there is a Hello, and systemd has a name. PID 1's private socket has neither.
/// </param>
public sealed record BusAddress(string Text, bool IsBus)
{
    /// <summary>systemd's name on a bus.</summary>
    internal const string SystemdName = "org.freedesktop.systemd1";

    /// <summary>PID 1 itself, whatever becomes of the message bus; root only.</summary>
    public static readonly BusAddress Private = new("unix:path=/run/systemd/private", IsBus: false);

    /// <summary>By way of the system's message bus.</summary>
    public static readonly BusAddress System = new("unix:path=/run/dbus/system_bus_socket", IsBus: true);
}
