using System.Net.Sockets;

namespace CoreNode.Api;

/// <summary>The file of a unix socket: a dead one of an earlier process is removed, a live one is respected.</summary>
internal static class UnixSocketFile
{
    /// <summary>
    /// Makes the folder, and removes the socket of a process that was killed; false if a process serves it.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be made, or the file not be removed.</exception>
    /// <exception cref="SocketException">It cannot be told whether somebody serves it.</exception>
    public static async Task<bool> TryClearAsync(string path, CancellationToken cancellation)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        if (!File.Exists(path))
            return true;
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return true;
        }
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
