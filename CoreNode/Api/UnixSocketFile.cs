using System.Net.Sockets;

namespace CoreNode.Api;

/// <summary>The file of a unix socket: a dead one of an earlier process is removed, a live one is respected.</summary>
internal static class UnixSocketFile
{
    /// <summary>Removes what a process that was killed left behind, and makes the folder.</summary>
    /// <exception cref="IOException">Another process serves this socket.</exception>
    public static async Task RemoveStaleAsync(string path, CancellationToken cancellation)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        if (!File.Exists(path))
            return;
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new IOException($"another process serves the unix socket {path}");
    }

    /// <summary>Owner and group may connect (mode 0660); before that the umask lets nobody but the owner.</summary>
    public static void Restrict(string path)
    {
        const UnixFileMode OwnerAndGroup =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, OwnerAndGroup);
    }
}
