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

    /// <summary>What the options say, else the system, else what was made for this data folder.</summary>
    /// <param name="wanted">--machine-id; null without.</param>
    /// <param name="folder">Folder of the units module; created.</param>
    /// <param name="files">The disk.</param>
    /// <exception cref="IOException">A file cannot be read or written, or holds something else.</exception>
    public static MachineIdentity Find(string? wanted, string folder, IFiles files)
    {
        files.CreateFolder(folder);
        string instance = Kept(Path.Combine(folder, "instance"), 8);
        string id = wanted ?? System() ?? Kept(Path.Combine(folder, "machine-id"), 16);
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

    private static string Kept(string path, int bytes)
    {
        if (File.Exists(path))
        {
            string text = Encoding.ASCII.GetString(SmallFiles.Read(path)).Trim();
            return text.Length == 2 * bytes && text.All(char.IsAsciiHexDigitLower)
                ? text
                : throw new IOException(
                    $"{path} does not hold {2 * bytes} hex digits; remove it, and a new one is made");
        }

        string made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
        SmallFiles.Write(
            path, Encoding.ASCII.GetBytes(made + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite,
            replaces: false);
        return made;
    }
}
