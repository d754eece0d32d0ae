using CoreNode.Platform;

namespace CoreNode.Api.Peers;

/// <summary>A thread of its own, with low priority, for work that waits for the disk.</summary>
internal static class BackgroundThread
{
    /// <summary>Does the work there; the task ends as the work does.</summary>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            BackgroundPriority.Enter();
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return done.Task;
    }
}
