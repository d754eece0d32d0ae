using CoreNode.Boot.Model;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;

namespace CoreNode.Boot;

/// <summary>Finds the disk with the slots among all that the kernel shows.</summary>
internal sealed class BootDiskFinder(BootCommandLine line, BootConsole console, string root = "/")
{
    // Devices that are no disks a machine starts from.
    private static readonly string[] s_others = ["loop", "ram", "zram", "dm-", "fd", "sr", "md", "nbd"];

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>The node of the disk; null if it is not there yet.</summary>
    public string? Find()
    {
        string folder = Path.Combine(root, "sys/block");
        if (!Directory.Exists(folder))
            return null;
        string[] names = Array.ConvertAll(
            Directory.GetFileSystemEntries(folder), static path => Path.GetFileName(path));
        Array.Sort(names, StringComparer.Ordinal);
        List<string> found = [];
        foreach (string name in names)
        {
            string node = $"{root}dev/{name.Replace('!', '/')}";
            bool isOther = Array.Exists(s_others, one => name.StartsWith(one, StringComparison.Ordinal));
            if (!isOther && File.Exists(node) && Has(node))
                found.Add(node);
        }

        if (found.Count > 1)
        {
            Tell($"several disks have slots: {string.Join(", ", found)}; {found[0]} is taken, "
                + "corenode.disk= on the kernel's command line names another");
        }

        return found.Count == 0 ? null : found[0];
    }

    private bool Has(string node)
    {
        bool isNamed = line.Disk == node;
        if (line.Disk is { } wanted && !isNamed && wanted.StartsWith('/'))
            return false;
        try
        {
            using RealBlockDevice device = RealBlockDevice.Open(node, BlockAccess.Read);
            if (new SlotDisk(device).State.Table is not { } table)
            {
                if (isNamed)
                    Tell($"{node} has no partition table that holds");
                return false;
            }

            if (line.Disk is { } id && !isNamed && !(Guid.TryParse(id, out Guid disk) && disk == table.DiskId))
                return false;
            if (line.Partition is { } part && !table.Partitions.Any(one => one.Id == part))
                return false;
            return new SlotRule().Find(table).Count > 0;
        }
        catch (IOException fault)
        {
            // An empty drive of removable media, say; the next look may find a disk in it.
            Tell(fault.Message);
            return false;
        }
    }

    private void Tell(string what)
    {
        if (_told.Add(what))
            console.Warn(what);
    }
}
