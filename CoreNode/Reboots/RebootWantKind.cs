namespace CoreNode.Reboots;

/// <summary>Who wants a machine to restart.</summary>
public enum RebootWantKind
{
    /// <summary>Nobody.</summary>
    Nobody,

    /// <summary>This node's update client: a new version is installed.</summary>
    Update,

    /// <summary>Another update engine on the machine.</summary>
    Engine,

    /// <summary>A file that says so.</summary>
    Sentinel,

    /// <summary>A person: at once, whatever the windows say.</summary>
    Person,
}
