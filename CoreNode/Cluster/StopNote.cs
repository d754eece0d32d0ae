using System.Text;
using CoreNode.Platform;

namespace CoreNode.Cluster;

/// <summary>
/// The file that says that a member stopped for good, so that no later start serves what may be wrong: one byte for the
/// kind, then the message in UTF-8.
/// </summary>
internal static class StopNote
{
    internal static void Write(IFiles files, string folder, MemberStop stop)
    {
        using IFile file = files.Open(PathIn(folder), create: true);
        file.SetLength(0);
        file.Write(0, [(byte)stop.Kind, .. Encoding.UTF8.GetBytes(stop.Message)]);
        file.Sync();
        files.SyncFolder(folder);
    }

    internal static MemberStop? Read(IFiles files, string folder)
    {
        if (!files.Exists(PathIn(folder)))
            return null;
        using IFile file = files.Open(PathIn(folder), create: false);
        byte[] bytes = new byte[file.Length];
        int length = file.Read(0, bytes);
        return length == 0
            ? new MemberStop(MemberStopKind.Diverged, "this member stopped for good; why could not be written down")
            : new MemberStop((MemberStopKind)bytes[0], Encoding.UTF8.GetString(bytes.AsSpan(1, length - 1)));
    }

    internal static void Remove(IFiles files, string folder) => files.Delete(PathIn(folder));

    private static string PathIn(string folder) => Path.Combine(folder, "stopped");
}
