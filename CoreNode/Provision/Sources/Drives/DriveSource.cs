using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>
/// A drive that a machine is given its configuration by, known by its label. iso9660 and vfat are read here, others
/// (ext, udf) are mounted for this process alone while they are read; or a folder where somebody has mounted one.
/// </summary>
/// <param name="layout">What it is known by, and what is read from it.</param>
/// <param name="place">Device, image of one or folder; empty: it is looked for.</param>
/// <param name="patience">How long it may stay away before that means that there is none; infinite: for ever.</param>
/// <param name="options">Root and clock.</param>
internal sealed class DriveSource(DriveLayout layout, string place, TimeSpan patience, SourceOptions options)
    : IDataSource
{
    private static readonly string[] s_unsuited = ["fd", "loop", "ram", "zram"];

    private long? _began;

    /// <summary>The machine was promised one: that none is there after all is a failure.</summary>
    public bool IsPromised { get; init; }

    /// <inheritdoc/>
    public string Name => place.Length == 0 ? layout.Name : $"{layout.Name} {place}";

    /// <inheritdoc/>
    public Task<UserData?> FetchAsync(CancellationToken cancellation) =>
        BlockingWork.RunAsync(layout.Name, Read, cancellation);

    private UserData? Read()
    {
        _began ??= options.Time.GetTimestamp();
        if (Find() is { } found)
        {
            return SystemFolders.Exists(found)
                ? layout.Read(new FolderTree(found), $"{layout.Name} {found}")
                : ReadDevice(found);
        }

        bool isOver = patience != Timeout.InfiniteTimeSpan
            && options.Time.GetElapsedTime(_began.Value) >= patience;
        if (isOver && !IsPromised)
            return null;
        throw new SourceException(
            place.Length == 0
                ? $"no device is labelled {layout.Label} (yet); is one attached? blkid lists labels"
                : $"{place} is not there (yet)",
            isOver);
    }

    private UserData? ReadDevice(string device)
    {
        string name = $"{layout.Name} {device}";
        using RealBlockDevice opened = RealBlockDevice.Open(device, BlockAccess.Read);
        string type = HeadOf(opened)?.Type ?? throw new SourceException(
            $"{device} holds neither iso9660 nor vfat nor ext nor udf", isFinal: true);
        if (type is not ("iso9660" or "vfat"))
            return ReadAndUnmount(Mount(device, type), name);
        VolumeTree tree = type == "vfat" ? new FatTree(opened) : new IsoTree(opened);
        // Discs that have both file systems may have all that counts in udf alone.
        return type == "iso9660" && !layout.IsOne(tree) && TryMount(device) is { } mount
            ? ReadAndUnmount(mount, name)
            : layout.Read(tree, name);
    }

    private static DetachedMount Mount(string device, string type)
    {
        try
        {
            // An ext journal is not replayed: that would write.
            return type == "ext4"
                ? DetachedMount.Open(device, type, "norecovery")
                : DetachedMount.Open(device, type);
        }
        catch (IOException refused)
        {
            throw new SourceException(refused.Message, isFinal: true, refused);
        }
    }

    private UserData? ReadAndUnmount(DetachedMount mount, string name)
    {
        using (mount)
            return layout.Read(new FolderTree(mount.Path), name);
    }

    private static DetachedMount? TryMount(string device)
    {
        try
        {
            return DetachedMount.Open(device, "udf");
        }
        catch (IOException)
        {
            // It has none, or the kernel has not: what is missing is said of what could be read.
            return null;
        }
    }

    private string? Find()
    {
        if (place.Length > 0)
            return SystemFolders.Exists(place) || FileStamp.Of(place) is not null ? place : null;
        foreach (string folder in layout.Folders)
        {
            if (layout.IsOne(new FolderTree(options.Root + folder)))
                return options.Root + folder;
        }

        string labels = options.Root + "/dev/disk/by-label";
        foreach (string label in SystemFolders.Names(labels))
        {
            if (layout.IsLabel(label))
                return SystemFolders.Target(Path.Join(labels, label));
        }

        return SystemFolders.Exists(labels) ? null : Scan();
    }

    // Where nobody keeps links by label, as before udev runs and in containers.
    private string? Scan()
    {
        foreach (string name in SystemFolders.Names(options.Root + "/sys/class/block"))
        {
            string device = $"{options.Root}/dev/{name.Replace('!', '/')}";
            if (!IsUnsuited(name) && FileStamp.Of(device) is not null && IsLabelled(device))
                return device;
        }

        return null;
    }

    private static bool IsUnsuited(string name)
    {
        foreach (string kind in s_unsuited)
        {
            if (name.StartsWith(kind, StringComparison.Ordinal) && name.Length > kind.Length
                && char.IsAsciiDigit(name[kind.Length]))
                return true;
        }

        return false;
    }

    private bool IsLabelled(string device)
    {
        try
        {
            using RealBlockDevice opened = RealBlockDevice.Open(device, BlockAccess.Read);
            return HeadOf(opened) is { } head && layout.IsLabel(head.Label);
        }
        catch (IOException)
        {
            // No medium, not readable: not this one.
            return false;
        }
    }

    private static VolumeHead? HeadOf(RealBlockDevice opened)
    {
        byte[] head = new byte[Math.Min(VolumeHead.Length, opened.LengthBytes)];
        opened.Read(0, head);
        return VolumeHead.Of(head);
    }
}
