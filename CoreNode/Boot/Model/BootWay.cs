namespace CoreNode.Boot.Model;

/// <summary>How the system of a slot is started.</summary>
public enum BootWay
{
    /// <summary>By the kernel that runs: it is the slot's.</summary>
    SwitchRoot,

    /// <summary>By the slot's own kernel, without the firmware.</summary>
    Kexec,
}
