using System.Text;
using CoreNode.Platform;
using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Client;

/// <summary>Reads update.conf, release and oem-release as they are now: at each check, people edit them.</summary>
public sealed class UpdateConfigFiles
{
    private readonly string _root;

    /// <summary>Below that folder: "/" but in tests.</summary>
    public UpdateConfigFiles(string root = "/") => _root = root;

    /// <summary>
    /// The settings. A file that is absent is skipped; one that is there and cannot be read becomes a problem, and
    /// nobody is asked: it may have held the word that stops updates.
    /// </summary>
    public UpdateConfig Read(string? serverFlag, string? groupFlag)
    {
        List<string> unreadable = [];
        List<SettingsFile> settings = ReadAll(UpdateConfig.Files, unreadable);
        List<SettingsFile> oem = ReadAll(UpdateConfig.OemFiles, []);
        return UpdateConfig.Of(settings, oem, serverFlag, groupFlag, unreadable);
    }

    private List<SettingsFile> ReadAll(IReadOnlyList<string> paths, List<string> unreadable)
    {
        List<SettingsFile> found = [];
        foreach (string path in paths)
        {
            try
            {
                byte[] content = SmallFiles.Read(Path.Combine(_root, path.TrimStart('/')));
                found.Add(SettingsFile.Parse(path, Encoding.UTF8.GetString(content)));
            }
            catch (FileNotFoundException)
            {
                // Most machines have one of them.
            }
            catch (IOException fault)
            {
                unreadable.Add(fault.Message);
            }
        }

        return found;
    }
}
