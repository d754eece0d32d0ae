using CoreNode.Boot.Model;
using CoreNode.Disks.Metadata;

namespace CoreNode.Boot;

/// <summary>A slot whose file system is mounted, with its blocks checked. Read only.</summary>
internal sealed class SlotMount : IDisposable
{
    /// <summary>The system's first program, in /usr.</summary>
    public const string FirstProgram = "lib/systemd/systemd";

    /// <summary>The slot's own kernel, in /usr.</summary>
    public const string Kernel = "lib/corenode/boot/vmlinuz";

    private const string VerityName = "usr";

    private readonly bool _isVerity;

    private SlotMount(string path, bool isVerity)
    {
        Folder = path;
        _isVerity = isVerity;
    }

    /// <summary>Where it is.</summary>
    public string Folder { get; private set; }

    /// <summary>Mounts a slot and looks whether it can be started.</summary>
    /// <param name="node">Its partition.</param>
    /// <param name="metadata">What it says of itself; null to mount it unchecked.</param>
    /// <param name="path">Where it is to be mounted.</param>
    /// <exception cref="IOException">It cannot be started; the message says why.</exception>
    public static SlotMount Open(string node, SlotMetadata? metadata, string path)
    {
        string device = metadata is null ? node : VerityDevice.Open(VerityName, node, metadata.Verity);
        SlotMount mount = new(path, metadata is not null);
        try
        {
            BootSystem.Mount(device, path, "erofs", BootCalls.ReadOnly | BootCalls.NoDevices);
            mount.Check(FirstProgram);
            return mount;
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    /// <summary>The version that its kernel says; null if it brings none.</summary>
    public string? KernelVersion()
    {
        string file = $"{Folder}/{Kernel}";
        if (!File.Exists(file))
            return null;
        byte[] head = new byte[KernelImage.HeadBytes];
        using FileStream stream = File.OpenRead(file);
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return KernelImage.Version(head.AsSpan(0, length))
            ?? throw new IOException($"{Kernel} of the slot is no kernel");
    }

    /// <summary>Moves it to where the system will have it.</summary>
    public void MoveTo(string path)
    {
        BootSystem.Move(Folder, path);
        Folder = path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        BootSystem.Unmount(Folder, isLazy: true);
        if (_isVerity)
            VerityDevice.Close(VerityName);
    }

    // Every block of it: once the archive is gone there is no way back.
    private void Check(string program)
    {
        byte[] part = new byte[1 << 16];
        try
        {
            using FileStream stream = File.OpenRead($"{Folder}/{program}");
            while (stream.Read(part) > 0)
            {
            }
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"it has no /usr/{program}", missing);
        }
        catch (IOException damaged)
        {
            throw new IOException($"/usr/{program} cannot be read: its blocks are damaged", damaged);
        }
    }
}
