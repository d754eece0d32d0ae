namespace CoreNode.Systemd;

/// <summary>One at a time for each name; others' names do not wait. Any thread.</summary>
internal sealed class KeyedGate
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];

    /// <summary>Waits for the name; disposing the result leaves it to the next.</summary>
    public async Task<IDisposable> EnterAsync(string name, CancellationToken cancellation)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(name, out entry!))
                _entries.Add(name, entry = new Entry(this, name));
            entry.Users++;
        }

        try
        {
            await entry.Turn.WaitAsync(cancellation);
            return entry;
        }
        catch
        {
            entry.Release();
            throw;
        }
    }

    private sealed class Entry(KeyedGate owner, string name) : IDisposable
    {
        public int Users;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public void Dispose()
        {
            Turn.Release();
            Release();
        }

        public void Release()
        {
            lock (owner._gate)
            {
                if (--Users > 0)
                    return;
                owner._entries.Remove(name);
            }

            Turn.Dispose();
        }
    }
}
