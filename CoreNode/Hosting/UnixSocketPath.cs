using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>
/// Makes the place of the unix socket ready. A node must not fail for want of it: where the folder cannot be made or
/// another node listens there, it goes on without and says so.
/// </summary>
internal static class UnixSocketPath
{
    internal static string? Prepare(string? path, ILogger logger)
    {
        if (path is null)
            return null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path))
                return path;
            if (IsServed(path))
            {
                logger.NoUnixSocket(path, "another node serves it; give this one its own --unix-socket");
                return null;
            }

            File.Delete(path);
            return path;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SocketException)
        {
            logger.NoUnixSocket(path, fault.Message);
            return null;
        }
    }

    private static bool IsServed(string path)
    {
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
