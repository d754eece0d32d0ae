using CoreNode.Platform;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Drives;

namespace CoreNode.Provision.Sources;

/// <summary>A folder with user data in it: laid out as a drive, or as plain files.</summary>
/// <param name="path">Where it is.</param>
public sealed class FolderSource(string path) : IDataSource
{
    private static readonly string[] s_names =
        ["user_data", "user-data", "cloud-config.yml", "cloud-config.yaml", "config.ign"];

    /// <inheritdoc/>
    public string Name => $"folder {path}";

    /// <inheritdoc/>
    public Task<UserData?> FetchAsync(CancellationToken cancellation) =>
        BlockingWork.RunAsync("user data", Read, cancellation);

    private UserData? Read()
    {
        if (!SystemFolders.Exists(path))
            throw new SourceException($"{path} is no folder: name one, or write file={path}", isFinal: true);
        FolderTree tree = new(path);
        if (ConfigDriveFiles.AreThere(tree))
            return ConfigDriveFiles.Read(tree, Name);
        if (tree.TryRead(NoCloudFiles.MetadataFile) is not null)
            return NoCloudFiles.Read(tree, Name);
        if (AzureFiles.AreThere(tree))
            return AzureFiles.Read(tree, Name);
        UserData? told = ConfigDriveFiles.Describe(Name, LocalFiles.TryRead(Path.Join(path, "meta_data.json")), null);
        foreach (string name in s_names)
        {
            if (LocalFiles.TryRead(Path.Join(path, name)) is { Length: > 0 } content)
                return (told ?? new UserData("", default)) with { Source = Path.Join(path, name), Content = content };
        }

        return told;
    }
}
