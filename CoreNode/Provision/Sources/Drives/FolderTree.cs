using CoreNode.Platform;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>A folder of this machine.</summary>
/// <param name="folder">Where it is.</param>
internal sealed class FolderTree(string folder) : DriveTree
{
    /// <inheritdoc/>
    public override byte[]? TryRead(string path) => SmallFiles.TryRead(Path.Join(folder, path));

    /// <inheritdoc/>
    public override bool HasFolder(string path) => SystemFolders.Exists(Path.Join(folder, path));
}
