namespace CoreNode.Foundation;

/// <summary>
/// First log event id of each module's range of 100. An id is never reused for another event, so that people can
/// filter and alert on it; a test holds that ids are unique.
/// </summary>
public static class EventIds
{
    public const int Platform = 1000;
    public const int Wal = 1100;
    public const int Cluster = 1200;
    public const int Kv = 1300;
    public const int Api = 1400;
    public const int Hosting = 1500;
    public const int Cli = 1600;
    public const int Pki = 1700;
    public const int Discovery = 1900;
    public const int Proxy = 1800;
    public const int UnitsEngine = 2000;
    public const int UnitsAgent = 2100;
    public const int Systemd = 2200;
    public const int Runner = 2300;
    public const int UnitsWatching = 2400;
    public const int UpdatesClient = 2500;
    public const int UpdatesServer = 2600;
    public const int UpdatesSharing = 2900;
    public const int RebootLock = 3000;
    public const int ApiFleetLock = 3100;
    public const int Reboots = 3300;
    public const int Overlay = 3400;
}
