namespace CoreNode.Provision.Model;

/// <summary>What systemd is told to do with a unit (coreos.units[].command).</summary>
public enum UnitVerb
{
    /// <summary>start</summary>
    Start,

    /// <summary>stop</summary>
    Stop,

    /// <summary>restart</summary>
    Restart,

    /// <summary>reload</summary>
    Reload,

    /// <summary>try-restart</summary>
    TryRestart,

    /// <summary>reload-or-restart</summary>
    ReloadOrRestart,

    /// <summary>reload-or-try-restart</summary>
    ReloadOrTryRestart,
}
