namespace CoreNode.Reboots;

/// <summary>A rule that people can set at run time, besides the strategy.</summary>
public enum RebootRule
{
    /// <summary>When the machine may restart by itself.</summary>
    Windows,

    /// <summary>The lock's group.</summary>
    Group,

    /// <summary>The random time that it waits.</summary>
    Fuzz,
}
