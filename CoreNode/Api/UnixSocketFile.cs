using System.Net.Sockets;
using CoreNode.Platform;

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

    /// <summary>
    /// Gives it to a group, if one is named, and lets owner and group connect (mode 0660); before that the umask lets
    /// nobody but the owner. Gives back why the group did not get it, null if it did or there is none.
    /// </summary>
    public static string? Restrict(string path, uint? group)
    {
        string? problem = null;
        try
        {
            if (group is { } admins)
                Accounts.GiveToGroup(path, admins);
        }
        catch (IOException fault)
        {
            problem = fault.Message;
        }

        const UnixFileMode OwnerAndGroup =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, OwnerAndGroup);
        return problem;
    }
}
