using System.Globalization;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>Looks at the machine's network interfaces, as the kernel shows them.</summary>
internal static class LinkReader
{
    private const int MostNamed = 8;

    /// <summary>Reads them below a root; null where the kernel shows none at all.</summary>
    public static MachineLinks? Read(string root)
    {
        string folder = Path.Combine(root, "sys/class/net");
        List<string> told = [];
        bool leadsOut = false;
        try
        {
            if (!Directory.Exists(folder))
                return null;
            string[] interfaces = Directory.GetFileSystemEntries(folder);
            Array.Sort(interfaces, StringComparer.Ordinal);
            foreach (string one in interfaces)
            {
                if (!LeadsOut(one))
                    continue;
                leadsOut = true;
                if (told.Count < MostNamed)
                    told.Add($"{Path.GetFileName(one)} {(Number(one, "carrier") == 1 ? "has" : "has no")} carrier");
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return leadsOut
            ? new MachineLinks(true, string.Join(", ", told))
            : new MachineLinks(false, "this machine has no network interface that leads out of it");
    }

    // Of a device, or joined to another interface (of a container's host, or below a VLAN): neither the loopback nor
    // bridges and tunnels, which are there without any hardware.
    private static bool LeadsOut(string one)
    {
        if (Directory.Exists(Path.Combine(one, "device")))
            return true;
        long index = Number(one, "ifindex");
        long joined = Number(one, "iflink");
        return joined > 0 && index > 0 && joined != index;
    }

    // Some cannot be read of an interface that is switched off.
    private static long Number(string one, string name)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(one, name)).Trim();
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }
}
