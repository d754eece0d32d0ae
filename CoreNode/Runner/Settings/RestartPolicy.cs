namespace CoreNode.Runner.Settings;

/// <summary>Which ends of a service make it start again (systemd.service(5), Restart=).</summary>
internal enum RestartPolicy
{
    No,
    OnSuccess,
    OnFailure,
    OnAbnormal,
    OnWatchdog,
    OnAbort,
    Always,
}
