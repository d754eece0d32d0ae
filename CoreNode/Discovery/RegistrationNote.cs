using System.Text;
using CoreNode.Platform;

namespace CoreNode.Discovery;

/// <summary>
/// The file discovery/registered of a data folder: where this machine wrote itself down, and under which id. Tells a
/// machine that was restarted in the middle from one that lost its data.
/// </summary>
/// <param name="files">The disk.</param>
/// <param name="dataFolder">The node's data folder.</param>
public sealed class RegistrationNote(IFiles files, string dataFolder)
{
    private const string FirstLine = "corenode discovery 1";
    private const int MostBytes = 16 << 10;

    private readonly string _folder = Path.Combine(dataFolder, "discovery");

    private string File => Path.Combine(_folder, "registered");

    /// <summary>True if this folder registered there under that id. What cannot be read counts as no note.</summary>
    public bool Matches(string url, string id)
    {
        if (!files.Exists(File))
            return false;
        using IFile file = files.Open(File, create: false);
        byte[] bytes = new byte[Math.Min(file.Length, MostBytes)];
        int length = file.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes, 0, length) == Content(url, id);
    }

    /// <summary>Writes it, durably.</summary>
    public void Write(string url, string id)
    {
        files.CreateFolder(_folder);
        string temporary = File + ".tmp";
        files.Delete(temporary);
        using (IFile file = files.Open(temporary, create: true))
        {
            file.Write(0, Encoding.UTF8.GetBytes(Content(url, id)));
            file.Sync();
        }

        files.Rename(temporary, File);
        files.SyncFolder(_folder);
    }

    /// <summary>Removes it: this folder is a member's, and needs no note any more.</summary>
    public void Delete()
    {
        if (!files.Exists(File))
            return;
        files.Delete(File);
        files.SyncFolder(_folder);
    }

    private static string Content(string url, string id) => $"{FirstLine}\n{url}\n{id}\n";
}
