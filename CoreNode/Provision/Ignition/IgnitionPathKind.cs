namespace CoreNode.Provision.Ignition;

/// <summary>What a configuration wants to be at a path.</summary>
internal enum IgnitionPathKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A link.</summary>
    Link,
}
