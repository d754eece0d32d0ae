using System.Net.Sockets;
using CoreNode.Api;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>
/// Makes the place of the unix socket ready. A node must not fail for want of it: where the folder cannot be made or
/// another node listens there, it goes on without and says so.
/// </summary>
internal static class UnixSocketPath
{
    internal static async Task<string?> PrepareAsync(
        string? path, string flag, ILogger logger, CancellationToken cancellation)
    {
        if (path is null)
            return null;
        try
        {
            if (await UnixSocketFile.TryClearAsync(path, cancellation))
                return path;
            logger.NoUnixSocket(path, $"another process serves it; give this one its own --{flag}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SocketException)
        {
            logger.NoUnixSocket(path, fault.Message);
        }

        return null;
    }
}
