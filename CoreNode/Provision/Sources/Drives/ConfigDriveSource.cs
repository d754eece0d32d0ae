using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>
/// A config drive: a device labelled config-2 (iso9660, vfat or ext), mounted for this process alone while it is read,
/// or a folder where somebody has mounted one.
/// </summary>
/// <param name="place">Device or folder; empty: it is looked for.</param>
/// <param name="patience">How long it may stay away before that means that there is none; infinite: for ever.</param>
/// <param name="options">Root and clock.</param>
public sealed class ConfigDriveSource(string place, TimeSpan patience, SourceOptions options) : IDataSource
{
    private const string Label = "config-2";

    private static readonly string[] s_folders = ["/media/configdrive", "/media/configvirtfs"];
    private static readonly string[] s_unsuited = ["fd", "loop", "ram", "zram"];

    private long? _began;

    /// <inheritdoc/>
    public string Name => place.Length == 0 ? "config drive" : $"config drive {place}";

    /// <inheritdoc/>
    public Task<UserData?> FetchAsync(CancellationToken cancellation) =>
        BlockingWork.RunAsync("config drive", Read, cancellation);

    private UserData? Read()
    {
        _began ??= options.Time.GetTimestamp();
        if (Find() is { } found)
            return SystemFolders.Exists(found) ? ConfigDriveFolder.Read(found, $"config drive {found}") : Mount(found);
        if (patience != Timeout.InfiniteTimeSpan && options.Time.GetElapsedTime(_began.Value) >= patience)
            return null;
        throw new SourceException(place.Length == 0
            ? $"no device is labelled {Label} (yet); is a config drive attached? blkid lists labels"
            : $"{place} is not there (yet)");
    }

    private static UserData? Mount(string device)
    {
        VolumeHead head = HeadOf(device) ?? throw new SourceException(
            $"{device} holds neither iso9660 nor vfat nor ext", isFinal: true);
        using DetachedMount mount = Open(device, head.Type);
        return ConfigDriveFolder.Read(mount.Path, $"config drive {device}");
    }

    private static DetachedMount Open(string device, string type)
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

    private string? Find()
    {
        if (place.Length > 0)
            return SystemFolders.Exists(place) || FileStamp.Of(place) is not null ? place : null;
        foreach (string folder in s_folders)
        {
            if (ConfigDriveFolder.IsOne(options.Root + folder))
                return options.Root + folder;
        }

        string labels = options.Root + "/dev/disk/by-label";
        foreach (string label in SystemFolders.Names(labels))
        {
            if (label.Equals(Label, StringComparison.OrdinalIgnoreCase))
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

    private static bool IsLabelled(string device)
    {
        try
        {
            return HeadOf(device) is { } head && head.Label.Equals(Label, StringComparison.OrdinalIgnoreCase);
        }
        catch (IOException)
        {
            // No medium, not readable: not this one.
            return false;
        }
    }

    private static VolumeHead? HeadOf(string device)
    {
        using RealBlockDevice opened = RealBlockDevice.Open(device, BlockAccess.Read);
        byte[] head = new byte[Math.Min(VolumeHead.Length, opened.LengthBytes)];
        opened.Read(0, head);
        return VolumeHead.Of(head);
    }
}
