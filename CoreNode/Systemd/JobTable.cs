namespace CoreNode.Systemd;

/// <summary>
/// Who waits for which job of systemd. A job's end (JobRemoved) can come before the answer that names it, so ends that
/// nobody waits for yet are kept for a while. Owned by the connection's thread.
/// </summary>
internal sealed class JobTable
{
    /// <summary>Result of jobs whose end nobody can tell.</summary>
    public const string Gone = "gone";

    private const int MostEarly = 4096;

    private readonly Dictionary<string, List<TaskCompletionSource<string>>> _waiting = [];
    private readonly Dictionary<string, string> _early = [];
    private readonly Queue<string> _order = new();

    /// <summary>The answer named this job.</summary>
    public void Expect(string job, TaskCompletionSource<string> end)
    {
        if (_early.TryGetValue(job, out string? result))
        {
            end.TrySetResult(result);
            return;
        }

        // Two starts of one unit share a job.
        if (!_waiting.TryGetValue(job, out List<TaskCompletionSource<string>>? others))
            _waiting.Add(job, others = []);
        others.Add(end);
    }

    /// <summary>The job has ended.</summary>
    public void Remove(string job, string result)
    {
        if (_waiting.Remove(job, out List<TaskCompletionSource<string>>? waiting))
        {
            foreach (TaskCompletionSource<string> end in waiting)
                end.TrySetResult(result);
        }

        if (!_early.TryAdd(job, result))
            return;
        _order.Enqueue(job);
        if (_order.Count > MostEarly)
            _early.Remove(_order.Dequeue());
    }

    /// <summary>Ends that came meanwhile were missed: nobody can tell any more.</summary>
    public void Lose()
    {
        foreach (List<TaskCompletionSource<string>> waiting in _waiting.Values)
        {
            foreach (TaskCompletionSource<string> end in waiting)
                end.TrySetResult(Gone);
        }

        _waiting.Clear();
        _early.Clear();
        _order.Clear();
    }
}
