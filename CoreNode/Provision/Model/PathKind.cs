namespace CoreNode.Provision.Model;

/// <summary>What is at a path.</summary>
public enum PathKind
{
    /// <summary>Nothing.</summary>
    Absent,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A device, a pipe, a socket: never touched.</summary>
    Other,
}
