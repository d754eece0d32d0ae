namespace CoreNode.Platform;

/// <summary>All file systems of the machine. Any thread.</summary>
public static class FileSystems
{
    /// <summary>
    /// Everything that was written is on the disks when it ends (sync(2)); on a thread of its own, since disks may
    /// hang.
    /// </summary>
    public static Task SyncAsync()
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            LibC.SyncAll();
            done.SetResult();
        })
        {
            IsBackground = true,
            Name = "sync",
        };
        thread.Start();
        return done.Task;
    }
}
