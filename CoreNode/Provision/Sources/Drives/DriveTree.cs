namespace CoreNode.Provision.Sources.Drives;

/// <summary>Files of a drive, a folder or a mounted device, by paths that begin without a slash.</summary>
internal abstract class DriveTree
{
    /// <summary>A whole file; null if there is none.</summary>
    /// <exception cref="SourceException">It is too large, or the drive is damaged; final.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public abstract byte[]? TryRead(string path);

    /// <summary>True if a folder of that path is there.</summary>
    /// <exception cref="SourceException">The drive is damaged; final.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public abstract bool HasFolder(string path);
}
