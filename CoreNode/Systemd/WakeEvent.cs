namespace CoreNode.Systemd;

/// <summary>
/// Wakes a thread that sleeps in poll(2) (eventfd). Any thread sets it, one waits. Safety: the descriptor is used under
/// the lock or by the thread that waits, which ends before <see cref="Dispose"/>.
/// </summary>
internal sealed unsafe class WakeEvent : IDisposable
{
    // _isClosed: a number of a closed descriptor may be another file's by now.
    private readonly Lock _gate = new();
    private bool _isClosed;

    public WakeEvent()
    {
        Descriptor = KernelCalls.OpenEvent();
        if (Descriptor < 0)
            throw new IOException("no eventfd can be made: too many open files");
    }

    /// <summary>What poll(2) waits for.</summary>
    public int Descriptor { get; }

    /// <summary>Wakes, now or when it next waits.</summary>
    public void Set()
    {
        ulong one = 1;
        lock (_gate)
        {
            if (!_isClosed)
                _ = KernelCalls.Write(Descriptor, &one, sizeof(ulong));
        }
    }

    /// <summary>Forgets the wake-ups so far.</summary>
    public void Drain()
    {
        ulong count;
        _ = KernelCalls.Read(Descriptor, &count, sizeof(ulong));
    }

    /// <summary>Sleeps until it is set, a descriptor is ready (below 0: none) or the time is over.</summary>
    public void Wait(int descriptor, int events, int milliseconds)
    {
        KernelCalls.PollEntry* entries = stackalloc KernelCalls.PollEntry[2];
        entries[0] = new KernelCalls.PollEntry { Descriptor = Descriptor, Events = KernelCalls.PollIn };
        entries[1] = new KernelCalls.PollEntry { Descriptor = descriptor, Events = (short)events };
        _ = KernelCalls.Poll(entries, descriptor < 0 ? 1u : 2u, milliseconds);
        if (entries[0].Returned != 0)
            Drain();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _ = KernelCalls.Close(Descriptor);
        }
    }
}
