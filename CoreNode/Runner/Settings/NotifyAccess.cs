namespace CoreNode.Runner.Settings;

/// <summary>Whose notifications count (systemd.service(5), NotifyAccess=).</summary>
internal enum NotifyAccess
{
    None,
    Main,
    Exec,
    All,
}
