using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Processes;

/// <summary>
/// Waits for descriptors (epoll(7)) and for other threads (eventfd(2)). One thread waits and registers; any wakes.
/// Safety: pointers are to locals and a pinned array, and no call keeps one.
/// </summary>
public sealed unsafe class EventPoll : IDisposable
{
    /// <summary>The descriptor is readable.</summary>
    public const uint Readable = 1;

    private const int Add = 1;
    private const int Remove = 2;
    private const int MostEvents = 64;
    private const long WakeKey = -1;

    private readonly SafeFileHandle _poll;
    private readonly SafeFileHandle _wake;
    private readonly ProcessCalls.PollEvent[] _events = new ProcessCalls.PollEvent[MostEvents];

    /// <summary>Waits for nothing yet.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public EventPoll()
    {
        _poll = Handle(ProcessCalls.PollCreate(ProcessCalls.CloseOnExec));
        _wake = Handle(ProcessCalls.EventFile(0, ProcessCalls.CloseOnExec | ProcessCalls.NonBlocking));
        Watch(_wake, WakeKey);
    }

    /// <summary>Tells <see cref="Wait"/> about a descriptor under a key of the caller's, from 0 on.</summary>
    public void Watch(SafeFileHandle file, long key)
    {
        ProcessCalls.PollEvent happening = new() { Events = Readable, Data = key };
        if (ProcessCalls.PollControl(_poll, Add, file, &happening) != 0)
            throw new IOException($"a descriptor cannot be watched: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Forgets a descriptor; must be called before it is closed.</summary>
    public void Forget(SafeFileHandle file)
    {
        ProcessCalls.PollEvent unused = default;
        _ = ProcessCalls.PollControl(_poll, Remove, file, &unused);
    }

    /// <summary>
    /// Waits until something happens, somebody wakes this thread, or the time is over (null: never). What happened is
    /// put into <paramref name="keys"/>, which is cleared before.
    /// </summary>
    public void Wait(TimeSpan? timeout, List<long> keys)
    {
        keys.Clear();
        int milliseconds = timeout switch
        {
            null => -1,
            { } time when time <= TimeSpan.Zero => 0,
            { } time => (int)Math.Min(int.MaxValue, Math.Ceiling(time.TotalMilliseconds)),
        };
        fixed (ProcessCalls.PollEvent* events = _events)
        {
            int count = ProcessCalls.PollWait(_poll, events, MostEvents, milliseconds);
            for (int i = 0; i < count; i++)
            {
                if (events[i].Data == WakeKey)
                    Drain();
                else
                    keys.Add(events[i].Data);
            }
        }
    }

    /// <summary>Ends the wait that runs, or the next one. Any thread.</summary>
    public void Wake()
    {
        ulong one = 1;
        bool isHeld = false;
        try
        {
            _wake.DangerousAddRef(ref isHeld);
            _ = ProcessCalls.Write((int)_wake.DangerousGetHandle(), (byte*)&one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
        finally
        {
            if (isHeld)
                _wake.DangerousRelease();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _poll.Dispose();
        _wake.Dispose();
    }

    private void Drain()
    {
        ulong count;
        _ = ProcessCalls.Read((int)_wake.DangerousGetHandle(), (byte*)&count, sizeof(ulong));
    }

    private static SafeFileHandle Handle(int descriptor) => descriptor >= 0
        ? new SafeFileHandle(descriptor, ownsHandle: true)
        : throw new IOException($"events cannot be waited for: {Marshal.GetLastPInvokeErrorMessage()}");
}
