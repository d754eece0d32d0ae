using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>Follows all keys of the load at one member, through every life of it.</summary>
internal sealed class MemberWatcher(ServerProcess member, NetworkNamespace? inside)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly LoadWatcher _watcher = new();

    /// <summary>Whether it was told of everything: the member never had to say that history was cleared.</summary>
    public bool IsWhole => _watcher.Gaps.Count == 0;

    /// <summary>Starts after an index, before the first run.</summary>
    public void StartAfter(long index) => _watcher.StartAfter(index);

    /// <summary>Streams from the member, and anew whenever it is gone, until the end.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            using LoadClient client = new(member.Url, inside);
            await _watcher.RunAsync(client, new TaskCompletionSource(), ending);
            await Task.WhenAny(Task.Delay(s_pause, ending));
        }
    }

    /// <summary>Takes what is missing up to an index, at which there is an event.</summary>
    public async Task FinishAsync(long upTo)
    {
        using LoadClient client = new(member.Url, inside);
        await _watcher.CatchUpAsync(client, upTo);
    }

    /// <summary>What it was told: one run between two gaps.</summary>
    public IEnumerable<WatchRun> Runs(long upTo)
    {
        long after = _watcher.StartIndex;
        foreach ((long gapAfter, long gapUpTo) in _watcher.Gaps.Append((upTo, upTo)))
        {
            yield return new WatchRun
            {
                Watcher = $"the watcher at {member.Place.Name}",
                Key = "/load",
                IsRecursive = true,
                Since = (ulong)after + 1,
                CompleteUpTo = (ulong)gapAfter,
                Changes =
                [
                    .. _watcher.Events.Where(e => e.Index > after && e.Index <= gapAfter)
                        .Select(e => new WatchedChange((ulong)e.Index, e.Key, e.Action, e.Value)),
                ],
            };
            after = gapUpTo;
        }
    }
}
