namespace CoreNode.Updates.Server.Shelves;

/// <summary>Runs what keeps a disk or the processor busy for long on a thread of its own.</summary>
internal static class OwnThread
{
    /// <summary>Runs it; not to be given up: what was begun is waited for.</summary>
    public static Task<T> RunAsync<T>(Func<T> work)
        where T : class
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        })
        {
            IsBackground = true,
            Name = "update shelf",
        };
        thread.Start();
        return done.Task;
    }
}
