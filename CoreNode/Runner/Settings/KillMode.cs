namespace CoreNode.Runner.Settings;

/// <summary>Which processes are sent signals at a stop (systemd.kill(5), KillMode=).</summary>
internal enum KillMode
{
    ControlGroup,
    Mixed,
    Process,
    None,
}
