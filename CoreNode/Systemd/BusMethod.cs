namespace CoreNode.Systemd;

/// <summary>A method of objects on D-Bus, of systemd's mostly, and how long its answer may take.</summary>
internal sealed record BusMethod(string Interface, string Member)
{
    public const string ManagerPath = "/org/freedesktop/systemd1";
    public const string ManagerInterface = "org.freedesktop.systemd1.Manager";
    public const string PropertiesInterface = "org.freedesktop.DBus.Properties";

    /// <summary>PID 1 answers within milliseconds, but not while it reloads thousands of units.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static readonly BusMethod Subscribe = OfManager("Subscribe");
    public static readonly BusMethod LinkUnitFiles = OfManager("LinkUnitFiles");
    public static readonly BusMethod EnableUnitFiles = OfManager("EnableUnitFiles");
    public static readonly BusMethod DisableUnitFiles = OfManager("DisableUnitFiles");
    public static readonly BusMethod Reload = OfManager("Reload") with { Timeout = TimeSpan.FromMinutes(3) };
    public static readonly BusMethod StartUnit = OfManager("StartUnit");
    public static readonly BusMethod StopUnit = OfManager("StopUnit");
    public static readonly BusMethod RestartUnit = OfManager("RestartUnit");
    public static readonly BusMethod ReloadUnit = OfManager("ReloadUnit");
    public static readonly BusMethod TryRestartUnit = OfManager("TryRestartUnit");
    public static readonly BusMethod ReloadOrRestartUnit = OfManager("ReloadOrRestartUnit");
    public static readonly BusMethod ReloadOrTryRestartUnit = OfManager("ReloadOrTryRestartUnit");
    public static readonly BusMethod StartTransientUnit = OfManager("StartTransientUnit");
    public static readonly BusMethod ResetFailedUnit = OfManager("ResetFailedUnit");
    public static readonly BusMethod KillUnit = OfManager("KillUnit");
    public static readonly BusMethod ListUnitsByNames = OfManager("ListUnitsByNames");
    public static readonly BusMethod ListUnitsByPatterns = OfManager("ListUnitsByPatterns");
    public static readonly BusMethod Get = new(PropertiesInterface, "Get");
    public static readonly BusMethod GetAll = new(PropertiesInterface, "GetAll");

    /// <summary>A call without an answer by then has failed.</summary>
    public TimeSpan Timeout { get; init; } = s_patience;

    /// <summary>Whose it is, on a bus.</summary>
    public string Destination { get; init; } = BusAddress.SystemdName;

    private static BusMethod OfManager(string member) => new(ManagerInterface, member);
}
