using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Hosting;

/// <summary>Which machine this is, for units (machine-id(5)).</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Instance">
/// Made once for a data folder: two machines that were given one id (a copied disk image) differ in it.
/// </param>
internal sealed record MachineIdentity(string Id, ulong Instance)
{
    private const string SystemFile = "/etc/machine-id";
    private const long LongestFile = 256;

    /// <summary>What the options say, else the system, else what was made for this data folder.</summary>
    /// <param name="wanted">--machine-id; null without.</param>
    /// <param name="folder">Folder of the units module; created.</param>
    /// <param name="files">The disk.</param>
    /// <exception cref="IOException">A file cannot be read or written, or holds something else.</exception>
    public static MachineIdentity Find(string? wanted, string folder, IFiles files)
    {
        files.CreateFolder(folder);
        string instance = Kept(Path.Combine(folder, "instance"), 8, files);
        string id = wanted ?? System() ?? Kept(Path.Combine(folder, "machine-id"), 16, files);
        return new MachineIdentity(
            id, ulong.Parse(instance, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }

    private static string? System()
    {
        try
        {
            string text = File.ReadAllText(SystemFile).Trim();
            return text.Length == 32 && text.All(char.IsAsciiHexDigitLower) ? text : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Containers often have none.
            return null;
        }
    }

    /// <summary>
    /// The hex digits that a file holds; made by chance, and kept, where there is none.
    /// </summary>
    /// <exception cref="IOException">It cannot be read or written, or holds something else.</exception>
    internal static string Kept(string path, int bytes, IFiles files)
    {
        if (files.Exists(path))
        {
            using IFile known = files.Open(path, create: false);
            byte[] content = new byte[Math.Min(known.Length, LongestFile)];
            int count = known.Read(0, content);
            string text = Encoding.ASCII.GetString(content, 0, count).Trim();
            return text.Length == 2 * bytes && text.All(char.IsAsciiHexDigitLower)
                ? text
                : throw new IOException(
                    $"{path} does not hold {2 * bytes} hex digits; remove it, and a new one is made");
        }

        string made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
        string part = path + ".part";
        using (IFile file = files.Open(part, create: true))
        {
            file.SetLength(0);
            file.Write(0, Encoding.ASCII.GetBytes(made + "\n"));
            file.Sync();
        }

        files.Rename(part, path);
        files.SyncFolder(Path.GetDirectoryName(path)!);
        return made;
    }
}
