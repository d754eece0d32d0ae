namespace CoreNode.Runner.Machine;

/// <summary>Where a service stands; systemd's sub states. Numbers are kept in files: none is given twice.</summary>
internal enum UnitPhase
{
    Dead = 0,
    Condition = 1,
    StartPre = 2,
    Start = 3,
    StartPost = 4,
    Running = 5,
    Exited = 6,
    Reload = 7,
    Stop = 8,
    StopWatchdog = 9,
    StopSigterm = 10,
    StopSigkill = 11,
    StopPost = 12,
    FinalSigterm = 13,
    FinalSigkill = 14,
    Failed = 15,
    AutoRestart = 16,
}
