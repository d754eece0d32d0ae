namespace CoreNode.Tests.Faults;

/// <summary>
/// Follows the load as etcd's users do: a stream while it lasts, then event by event from the last index seen.
/// </summary>
internal sealed class LoadWatcher
{
    private readonly List<WatchedEvent> _events = [];
    private readonly List<(long After, long UpTo)> _gaps = [];

    /// <summary>The index of the last event it was told, or up to which history was cleared.</summary>
    public long LastIndex { get; private set; }

    /// <summary>The events since <see cref="Forget"/>, as told.</summary>
    public IReadOnlyList<WatchedEvent> Events => _events;

    /// <summary>The index after which <see cref="Events"/> begin.</summary>
    public long StartIndex { get; private set; }

    /// <summary>What the server had cleared of the history when it was asked for: after an index, up to one.</summary>
    public IReadOnlyList<(long After, long UpTo)> Gaps => _gaps;

    /// <summary>Whether the server said itself that the event of this index is no longer to be had.</summary>
    public bool IsDeclaredGap(long index) => _gaps.Exists(gap => index > gap.After && index <= gap.UpTo);

    /// <summary>Forgets the events so far, not the place.</summary>
    public void Forget()
    {
        _events.Clear();
        _gaps.Clear();
        StartIndex = LastIndex;
    }

    /// <summary>Starts after an index, at the first round.</summary>
    public void StartAfter(long index) => LastIndex = StartIndex = index;

    /// <summary>
    /// Streams until the server is gone. A stream that the server ends (a slow watcher) is opened again; what
    /// happened between is fetched from history.
    /// </summary>
    public async Task RunAsync(LoadClient client, TaskCompletionSource opened, CancellationToken cancel = default)
    {
        try
        {
            while (true)
            {
                (StreamReader stream, long start) = await client.OpenStreamAsync(cancel);
                using (stream)
                {
                    opened.TrySetResult();
                    // A member of a cluster that was started again may not yet know what it told before.
                    long known = start < LastIndex ? LastIndex : 0;
                    await CatchUpAsync(client, start);
                    while (await stream.ReadLineAsync(cancel) is { } line && !WatchedEvent.IsEndOfSlowStream(line))
                    {
                        WatchedEvent next = WatchedEvent.Parse(line);
                        if (next.Index > known)
                            Take(next);
                    }
                }
            }
        }
        catch (Exception e) when (LoadClient.IsBroken(e))
        {
            opened.TrySetResult();
        }
    }

    /// <summary>
    /// Takes one event after the other from history, up to and with this index. Ends only when an event at or above
    /// it exists; one above is left to the stream.
    /// </summary>
    public async Task CatchUpAsync(LoadClient client, long upTo)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while (LastIndex < upTo)
        {
            (WatchedEvent? next, long clearedAt) = await client.NextEventAsync(LastIndex + 1, deadline.Token);
            if (next?.Index > upTo)
                return;
            if (next is not null)
            {
                Take(next);
                continue;
            }
            _gaps.Add((LastIndex, clearedAt));
            LastIndex = clearedAt;
        }
    }

    private void Take(WatchedEvent next)
    {
        _events.Add(next);
        LastIndex = next.Index;
    }
}
