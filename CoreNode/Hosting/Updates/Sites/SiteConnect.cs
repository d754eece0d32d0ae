using System.Net.Sockets;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>Whether somebody listens at an address: a connection is opened and closed, nothing is said.</summary>
internal static class SiteConnect
{
    /// <summary>Tries until it is known or cancelled; then it counts as not reached.</summary>
    public static async Task<bool> TryAsync(Uri one, CancellationToken cancellation)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(one.Host.Trim('[', ']'), one.Port, cancellation);
            return true;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>True once one of several addresses of the same machine takes a connection.</summary>
    public static async Task<bool> TryAnyAsync(IReadOnlyList<Uri> all, CancellationToken cancellation)
    {
        foreach (Uri one in all)
        {
            if (await TryAsync(one, cancellation))
                return true;
        }

        return false;
    }
}
