using System.Security.Cryptography;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Hosting.Provision;

/// <summary>
/// The machine's id (machine-id(5)) where an image left it open: made from what systemd would make it from, in its
/// order: the kernel's command line, D-Bus' own id, chance.
/// </summary>
internal static class MachineIdFile
{
    private const string Argument = "systemd.machine_id=";
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Makes the id if the file is absent, empty or says "uninitialized".</summary>
    /// <param name="root">The machine's root folder.</param>
    /// <param name="commandLine">The kernel's command line; empty where that of the root is not known.</param>
    /// <returns>The id that was made; null: it has one.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static string? Complete(string root, string commandLine)
    {
        string path = Path.Join(root, "/etc/machine-id");
        if (Read(path) is not ("" or "uninitialized"))
            return null;
        string id = OfCommandLine(commandLine) ?? OfBus(root) ?? Random();
        SmallFiles.Write(path, Encoding.ASCII.GetBytes(id + "\n"), Mode, replaces: true);
        return id;
    }

    private static string? OfCommandLine(string commandLine)
    {
        foreach (string word in commandLine.Split(' ', StringSplitOptions.TrimEntries))
        {
            if (word.StartsWith(Argument, StringComparison.Ordinal))
                return Valid(word[Argument.Length..]);
        }

        return null;
    }

    private static string? OfBus(string root) => Valid(Read(Path.Join(root, "/var/lib/dbus/machine-id")));

    // As a random UUID (RFC 9562, 5.4), which sd_id128_randomize(3) makes, too.
    private static string Random()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return Convert.ToHexStringLower(bytes);
    }

    private static string? Valid(string text)
    {
        string id = text.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        return id.Length == 32 && id.All(char.IsAsciiHexDigitLower) && id.Trim('0').Length > 0 ? id : null;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }
}
