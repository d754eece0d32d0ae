namespace CoreNode.Hosting;

/// <summary>How a machine restarts where no command was given for that.</summary>
public enum RestartWay
{
    /// <summary>Through its firmware.</summary>
    Firmware,

    /// <summary>Straight into a kernel; through the firmware where that cannot be.</summary>
    Kexec,

    /// <summary>Straight into a kernel if one is loaded; else through the firmware.</summary>
    Auto,
}
