namespace CoreNode.Updates.Client;

/// <summary>
/// Runs what blocks on a disk on a thread of its own: a disk that hangs must not take threads from the pool.
/// </summary>
/// <param name="isCaller">It runs on the caller's thread all the same.</param>
internal sealed class OwnThread(bool isCaller)
{
    /// <summary>Runs it; not to be given up: what was begun on a disk is waited for.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
        where T : class
    {
        if (isCaller)
            return Task.FromResult(work());
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
            Name = "update disk",
        };
        thread.Start();
        return done.Task;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Action work) => RunAsync(() =>
    {
        work();
        return "";
    });
}
