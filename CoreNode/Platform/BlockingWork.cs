namespace CoreNode.Platform;

/// <summary>
/// What blocks on a disk, on a thread of its own: a disk that hangs holds up neither pool nor caller.
/// </summary>
public static class BlockingWork
{
    /// <summary>
    /// Runs it. Cancelled, the caller goes on at once and the work by itself to its end; what it then gives is lost.
    /// </summary>
    /// <param name="name">Name of the thread.</param>
    /// <param name="work">What blocks. It undoes itself what must not stay.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static Task<T> RunAsync<T>(string name, Func<T> work, CancellationToken cancellation)
        where T : class?
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
                // Nobody may be left to see it.
                _ = done.Task.Exception;
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return done.Task.WaitAsync(cancellation);
    }
}
