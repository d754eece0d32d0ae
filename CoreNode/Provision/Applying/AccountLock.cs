using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>
/// The lock on the files of accounts that lckpwdf(3) takes, and with it passwd, useradd and systemd-sysusers: a write
/// lock on /etc/.pwd.lock.
/// </summary>
internal static class AccountLock
{
    private const string LockPath = "/etc/.pwd.lock";
    private const uint PrivateMode = 0x180;

    // lckpwdf(3) gives up after 15 seconds.
    private const int MostPauses = 150;

    public static IDisposable? Take(ICalls calls, FolderWalk walk, Action<string> told, CancellationToken stop)
    {
        using Spot spot = walk.Find(LockPath);
        if (spot.Refusal.Length > 0 || spot.IsExposed)
        {
            string reason = spot.Refusal.Length > 0 ? spot.Refusal : "is in a folder that others than root may change";
            throw new IOException($"{LockPath} {reason}");
        }

        // A root without /etc has no accounts, and nobody who would change them.
        if (spot.Missing.Count > 0)
            return null;
        const int flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoWaiting;
        Error.Check(
            calls.Open(spot.Folder, spot.Name, flags, PrivateMode, out SafeFileHandle file), LockPath,
            "cannot be opened");
        try
        {
            Wait(calls, file, told, stop);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void Wait(ICalls calls, SafeFileHandle file, Action<string> told, CancellationToken stop)
    {
        for (int pauses = 0; ; pauses++)
        {
            int error = calls.LockRecord(file, out int holder);
            if (error == 0)
                return;
            if (error != Error.TryAgain)
                throw Error.Of(error, LockPath, "cannot be locked");
            if (pauses == MostPauses)
            {
                throw new IOException(
                    $"{LockPath}: {Name(holder)} has held the lock on the accounts for 15 seconds; look what it waits "
                    + "for, then run this again");
            }

            if (pauses == 0)
                told($"{Name(holder)} is changing accounts and holds {LockPath}: waits for it, up to 15 seconds");
            calls.Pause(stop);
            stop.ThrowIfCancellationRequested();
        }
    }

    private static string Name(int process)
    {
        if (process == 0)
            return "another process";
        string number = process.ToString(CultureInfo.InvariantCulture);
        try
        {
            return $"process {number} ({File.ReadAllText($"/proc/{number}/comm").Trim()})";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return $"process {number}";
        }
    }
}
