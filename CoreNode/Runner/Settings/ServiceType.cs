namespace CoreNode.Runner.Settings;

/// <summary>When a service counts as started (systemd.service(5), Type=).</summary>
internal enum ServiceType
{
    Simple,
    Exec,
    Forking,
    Oneshot,
    Notify,
}
