using System.Text;
using CoreNode.Overlay.Net;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Overlay.Links;

/// <summary>Settings of the kernel's network below /proc/sys/net, of the calling thread's network namespace.</summary>
internal static class KernelSettings
{
    private const string Folder = "/proc/sys/net/";
    private const string Forward4 = "ipv4/ip_forward";
    private const string Forward6 = "ipv6/conf/all/forwarding";

    /// <summary>True if packets of that family are passed on.</summary>
    public static bool IsForwarding(bool isIPv6)
    {
        try
        {
            Span<byte> value = stackalloc byte[1];
            using SafeFileHandle file = File.OpenHandle(Path(isIPv6));
            return RandomAccess.Read(file, value, 0) == 1 && value[0] != (byte)'0';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Lets packets of that family be passed on; a fault if it cannot be.</summary>
    public static NetworkFault? EnableForwarding(NetworkChange.EnableForwarding change)
    {
        if (IsForwarding(change.IsIPv6))
            return null;
        try
        {
            Write(Path(change.IsIPv6), "1");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string setting = change.IsIPv6 ? "net.ipv6.conf.all.forwarding" : "net.ipv4.ip_forward";
            string advice = e is FileNotFoundException or DirectoryNotFoundException
                ? "this kernel does not have it"
                : $"set it yourself (sysctl -w {setting}=1) or let CoreNode write to /proc/sys";
            string message = $"{setting} cannot be set to 1: {advice} ({e.Message.TrimEnd('.')})";
            return new NetworkFault(change, ErrorNumbers.ReadOnlyFiles, message);
        }
    }

    /// <summary>Keeps a device from taking addresses and routes that routers offer, where there is IPv6.</summary>
    public static void RefuseRouterOffers(string device)
    {
        try
        {
            Write($"{Folder}ipv6/conf/{device}/accept_ra", "0");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The device takes no addresses by itself anyway; this is the second bar on the same door.
        }
    }

    private static string Path(bool isIPv6) => Folder + (isIPv6 ? Forward6 : Forward4);

    private static void Write(string path, string value)
    {
        using SafeFileHandle file =
            File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(value), 0);
    }
}
