using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform;

/// <summary>
/// A file system that is mounted nowhere: this process alone reaches it, through a descriptor, and the kernel unmounts
/// it with that, also when the process is killed. Read only; no devices, no programs.
/// </summary>
public sealed class DetachedMount : IDisposable
{
    private const int NotPermitted = 1;
    private const int NoSuchType = 19;
    private const int NoCall = 38;

    private readonly SafeFileHandle _mount;

    private DetachedMount(SafeFileHandle mount) => _mount = mount;

    /// <summary>Where it is read, as long as it is not disposed.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_mount.DangerousGetHandle()}");

    /// <summary>Mounts a block device. Blocks as long as the device does.</summary>
    /// <param name="device">The device's file.</param>
    /// <param name="type">Name of the file system, such as "iso9660".</param>
    /// <param name="flags">Its own flags besides "ro".</param>
    /// <exception cref="IOException">It cannot be mounted; the message says why.</exception>
    public static DetachedMount Open(string device, string type, params ReadOnlySpan<string> flags)
    {
        int descriptor = MountCalls.Open(type);
        if (descriptor < 0)
            throw Failure(device, type);
        using SafeFileHandle context = new(descriptor, ownsHandle: true);
        Check(MountCalls.Configure(context, MountCalls.SetString, "source", device), device, type);
        Check(MountCalls.Configure(context, MountCalls.SetFlag, "ro", null), device, type);
        foreach (string flag in flags)
            Check(MountCalls.Configure(context, MountCalls.SetFlag, flag, null), device, type);
        Check(MountCalls.Configure(context, MountCalls.Create, null, null), device, type);
        int mount = MountCalls.Mount(context, MountCalls.Harmless);
        Check(mount, device, type);
        return new DetachedMount(new SafeFileHandle(mount, ownsHandle: true));
    }

    /// <inheritdoc/>
    public void Dispose() => _mount.Dispose();

    private static void Check(int result, string device, string type)
    {
        if (result < 0)
            throw Failure(device, type);
    }

    private static IOException Failure(string device, string type)
    {
        int error = Marshal.GetLastPInvokeError();
        string reason = error switch
        {
            NotPermitted => "only root may; run it as root, outside of containers",
            NoSuchType => $"this kernel has no {type} (modprobe {type})",
            NoCall => "this kernel has no fsopen (Linux 5.2 or newer is needed)",
            _ => Marshal.GetPInvokeErrorMessage(error),
        };
        return new IOException($"{device} cannot be mounted as {type}: {reason}", error);
    }
}
