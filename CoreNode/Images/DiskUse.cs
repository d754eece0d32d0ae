using System.Text;
using CoreNode.Disks;
using CoreNode.Platform;

namespace CoreNode.Images;

/// <summary>
/// Who uses a disk, as /sys and /proc below <paramref name="root"/> tell it: "/" but in tests. Any thread.
/// </summary>
public sealed class DiskUse(string root)
{
    /// <summary>The disk that a path names, once it is known that nobody uses it.</summary>
    /// <exception cref="IOException">It is no whole disk, or somebody uses it; the message says who.</exception>
    public DiskPlace Find(string path)
    {
        MachineDisks machine = new(root);
        DiskPlace place = machine.Resolve(path);
        if (place.Partition is { } number)
            throw new IOException($"{path} is partition {number} of {place.Disk}: name the whole disk");
        if (!place.IsMachine)
        {
            if (LoopOf(place.Disk) is { } loop)
                throw new IOException($"{path} is in use: {loop} is made of it; nothing was written");
            return place;
        }

        string name = place.Disk["/dev/".Length..].Replace('/', '!');
        string node = Path.Combine(root, "sys/class/block", name);
        if (Text(Path.Combine(node, "ro")).Trim() == "1")
            throw new IOException($"{path} can only be read (its lock switch, or what it is made of)");
        if (machine.FindRunning()?.Place?.Disk == place.Disk)
            throw new IOException($"{path} is the disk that this machine runs from: nothing was written");
        List<string> names = [name];
        foreach (string folder in Directory.EnumerateDirectories(node))
        {
            if (File.Exists(Path.Combine(folder, "partition")))
                names.Add(Path.GetFileName(folder));
        }

        foreach (string one in names)
        {
            if (UseOf(one, one == name ? node : Path.Combine(node, one)) is { } use)
                throw new IOException($"{path} is in use: /dev/{one.Replace('!', '/')} {use}; nothing was written");
        }

        return place;
    }

    private string? UseOf(string name, string folder)
    {
        string device = $"/dev/{name.Replace('!', '/')}";
        string number = Text(Path.Combine(folder, "dev")).Trim();
        foreach (string line in Text(Path.Combine(root, "proc/self/mountinfo")).Split('\n'))
        {
            // id, parent, major:minor, root, mount point … - type source options (proc(5)).
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-");
            if (fields.Length > 5 && dash > 0 && dash + 2 < fields.Length
                && (fields[2] == number || fields[dash + 2] == device))
            {
                return $"is mounted at {fields[4]}: unmount it first";
            }
        }

        foreach (string line in Text(Path.Combine(root, "proc/swaps")).Split('\n'))
        {
            if (line.Split(' ', '\t')[0] == device)
                return "is swap space: end it first (swapoff)";
        }

        string holders = Path.Combine(folder, "holders");
        foreach (string holder in Directory.Exists(holders) ? Directory.EnumerateFileSystemEntries(holders) : [])
            return $"is a part of /dev/{Path.GetFileName(holder).Replace('!', '/')}: take that apart first";
        return null;
    }

    // A loop device that is made of this file.
    private string? LoopOf(string file)
    {
        string blocks = Path.Combine(root, "sys/block");
        foreach (string folder in Directory.Exists(blocks) ? Directory.EnumerateDirectories(blocks, "loop*") : [])
        {
            if (Text(Path.Combine(folder, "loop/backing_file")).TrimEnd('\n') == file)
                return $"/dev/{Path.GetFileName(folder)}";
        }

        return null;
    }

    private static string Text(string path) =>
        SmallFiles.TryRead(path) is { } text ? Encoding.UTF8.GetString(text) : "";
}
