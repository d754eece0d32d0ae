namespace CoreNode.Provision.Planning;

/// <summary>What a path shall be.</summary>
internal enum TargetKind
{
    /// <summary>Looked at, nothing is wanted of it.</summary>
    Untouched,

    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A second name of a file.</summary>
    HardLink,

    /// <summary>Nothing.</summary>
    Absent,
}
