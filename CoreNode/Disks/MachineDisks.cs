using System.Globalization;

namespace CoreNode.Disks;

/// <summary>
/// What the kernel tells about disks, partitions and mounts, in /sys and /proc below <paramref name="root"/>: "/" but
/// in tests. Any thread.
/// </summary>
public sealed class MachineDisks(string root)
{
    // Behind dm-verity there is one partition; nobody stacks more than a few devices.
    private const int DeepestStack = 8;

    private static readonly string[] s_slotKeys =
        ["corenode.slot", "systemd.verity_usr_data", "verity.usr", "mount.usr", "usr", "root"];

    /// <summary>
    /// The disk that a path stands for: itself, or of a partition the disk that it is on. An image file stands for
    /// itself.
    /// </summary>
    public DiskPlace Resolve(string path)
    {
        string full = Follow(path);
        string name = NameOf(full);
        string node = Block(name);
        if (!full.StartsWith("/dev/", StringComparison.Ordinal) || !Directory.Exists(node))
            return new DiskPlace(full, null, IsMachine: false);
        if (!File.Exists(Path.Combine(node, "partition")))
            return new DiskPlace(full, null, IsMachine: true);
        string whole = Path.GetFileName(Path.GetDirectoryName(Real(node))!);
        return new DiskPlace(DeviceOf(whole), Number(Path.Combine(node, "partition")), IsMachine: true);
    }

    /// <summary>The node of a partition of a machine's disk; null if the kernel knows none.</summary>
    public string? FindNode(string disk, int partition)
    {
        string whole = Real(Block(NameOf(Follow(disk))));
        if (!Directory.Exists(whole))
            return null;
        foreach (string folder in Directory.EnumerateDirectories(whole))
        {
            string file = Path.Combine(folder, "partition");
            if (File.Exists(file) && Number(file) == partition)
                return DeviceOf(Path.GetFileName(folder));
        }

        return null;
    }

    /// <summary>
    /// The slot that runs: as the boot stage or the kernel was told, else where /usr or / is mounted from, seen through
    /// dm-verity. Null if the machine does not say.
    /// </summary>
    public RunningSlot? FindRunning() => FromCommandLine() ?? FromMounts();

    /// <summary>The partition that is mounted there, seen through dm-verity; null if none is.</summary>
    public DiskPlace? FindMounted(string point)
    {
        // The last one covers those before: fields are id, parent, major:minor, root, mount point (proc(5)).
        string[]? found = null;
        foreach (string line in Text("proc/self/mountinfo").Split('\n'))
        {
            string[] fields = line.Split(' ');
            found = fields.Length > 6 && fields[4] == point ? fields : found;
        }

        string link = Path.Combine(root, "sys/dev/block", found?[2] ?? "none");
        return found is not null && Directory.Exists(link) ? PlaceOf(Path.GetFileName(Real(link))) : null;
    }

    private RunningSlot? FromCommandLine()
    {
        string text = Text("proc/cmdline");
        foreach (string key in s_slotKeys)
        {
            if (KernelCommandLine.Find(text, key) is not { } found)
                continue;
            string source = $"{found.Key}={found.Value} on the kernel's command line";
            string value = found.Value;
            if (value.StartsWith("PARTUUID=", StringComparison.OrdinalIgnoreCase))
            {
                if (Guid.TryParse(value["PARTUUID=".Length..], out Guid id))
                    return new RunningSlot { Source = source, Id = id, Place = Linked("by-partuuid", id.ToString()) };
            }
            else if (value.StartsWith("PARTLABEL=", StringComparison.OrdinalIgnoreCase))
            {
                string label = value["PARTLABEL=".Length..];
                return new RunningSlot { Source = source, Label = label, Place = Linked("by-partlabel", label) };
            }
            else if (value.StartsWith("/dev/", StringComparison.Ordinal) && PlaceOf(NameOf(Follow(value))) is { } place)
            {
                return new RunningSlot { Source = source, Place = place };
            }
        }

        return null;
    }

    private RunningSlot? FromMounts()
    {
        foreach (string point in new[] { "/usr", "/" })
        {
            if (FindMounted(point) is { } place)
                return new RunningSlot { Source = $"{point} is mounted from it", Place = place };
        }

        return null;
    }

    // The partition below a device, through whatever is stacked on it; null if there is none, or more than one.
    private DiskPlace? PlaceOf(string name)
    {
        for (int depth = 0; depth < DeepestStack; depth++)
        {
            string node = Block(name);
            if (!Directory.Exists(node))
                return null;
            if (File.Exists(Path.Combine(node, "partition")))
                return Resolve(DeviceOf(name));
            string slaves = Path.Combine(node, "slaves");
            string[] below = Directory.Exists(slaves)
                ? [.. Directory.EnumerateFileSystemEntries(slaves).Select(static path => Path.GetFileName(path))]
                : [];
            if (below.Length != 1)
                return null;
            name = below[0];
        }

        return null;
    }

    private string Block(string name) => Path.Combine(root, "sys/class/block", name.Replace('/', '!'));

    // /dev/disk/by-partlabel/USR-A and the like are links; nodes themselves are not.
    private static string Follow(string path)
    {
        string full = Path.GetFullPath(path);
        return Path.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }

    // What udev names; null where there is no udev.
    private DiskPlace? Linked(string kind, string name)
    {
        string link = Path.Combine(root, "dev/disk", kind, name);
        return Path.Exists(link) ? PlaceOf(NameOf(Follow(link))) : null;
    }

    private static string Real(string path) =>
        Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static string NameOf(string device) =>
        device.StartsWith("/dev/", StringComparison.Ordinal) ? device["/dev/".Length..] : Path.GetFileName(device);

    private static string DeviceOf(string name) => $"/dev/{name.Replace('!', '/')}";

    private static int Number(string file) =>
        int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new IOException($"{file} holds no number");

    private string Text(string file)
    {
        string path = Path.Combine(root, file);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }
}
