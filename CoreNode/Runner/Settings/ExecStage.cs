namespace CoreNode.Runner.Settings;

/// <summary>Which list of commands of a service.</summary>
internal enum ExecStage
{
    Condition,
    StartPre,
    Start,
    StartPost,
    Reload,
    Stop,
    StopPost,
}
