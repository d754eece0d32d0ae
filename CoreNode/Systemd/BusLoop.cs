using System.Collections.Concurrent;

namespace CoreNode.Systemd;

/// <summary>
/// The thread that speaks with systemd: connects, sends what others ask for, hands out answers and signals, and
/// connects again when the connection is lost, with growing pauses. Calls that were on their way then fail and are not
/// sent again: nobody knows whether they were done.
/// </summary>
internal sealed class BusLoop : IDisposable
{
    // A message bus refuses a client that waits for too many answers at once.
    private const int MostWaiting = 64;
    private const int MostPauseMilliseconds = 5000;
    private const int FirstPauseMilliseconds = 50;

    private readonly IReadOnlyList<BusAddress> _addresses;
    private readonly Action<BusConnection> _onOpen;
    private readonly Action<string> _onLost;
    private readonly ConcurrentQueue<BusCall> _queue = new();
    private readonly ConcurrentQueue<Action<BusConnection>> _posted = new();
    private readonly WakeEvent _wake = new();
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private volatile bool _isServing;

    /// <summary>Both handlers are called on the thread; the second one also after an attempt that failed.</summary>
    public BusLoop(
        IReadOnlyList<BusAddress> addresses, Action<BusConnection> onOpen, Action<string> onLost, string threadName)
    {
        _addresses = addresses;
        _onOpen = onOpen;
        _onLost = onLost;
        _thread = new Thread(Run) { IsBackground = true, Name = threadName };
    }

    public void Start() => _thread.Start();

    /// <summary>Told by the owner: the other side has answered, so the next loss starts with a short pause.</summary>
    public void MarkServing() => _isServing = true;

    /// <summary>
    /// Calls a method; <paramref name="read"/> runs on the thread. Giving up does not take the call back.
    /// </summary>
    /// <exception cref="BusException">It was answered by an error, or the connection is not there.</exception>
    public Task CallAsync(
        BusMethod method, string path, BusWrite? write, BusRead? read, CancellationToken cancellation)
    {
        BusCall call = new(method, path, write, read);
        _queue.Enqueue(call);
        _wake.Set();
        if (_isStopping)
            FailQueued("the connection to systemd was closed");
        return call.Done.WaitAsync(cancellation);
    }

    /// <summary>
    /// Has something done on the thread with the connection that there is. Dropped if there is none.
    /// </summary>
    public void Post(Action<BusConnection> work)
    {
        _posted.Enqueue(work);
        _wake.Set();
    }

    public void Dispose()
    {
        _isStopping = true;
        _wake.Set();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted) || Thread.CurrentThread == _thread)
            return;
        _thread.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        int failures = 0;
        while (!_isStopping)
        {
            _isServing = false;
            string reason = Serve(_addresses[failures % _addresses.Count]);
            FailQueued(reason);
            failures = _isServing ? 0 : failures + 1;
            if (_isStopping)
                break;
            _onLost(reason);
            Pause(failures);
        }

        FailQueued("the connection to systemd was closed");
    }

    private string Serve(BusAddress address)
    {
        try
        {
            using BusConnection connection = BusConnection.Open(address);
            _onOpen(connection);
            while (!_isStopping && connection.Process())
            {
                bool isIdle = true;
                while (connection.Waiting < MostWaiting && _queue.TryDequeue(out BusCall? call))
                {
                    isIdle = false;
                    connection.Send(call);
                }

                while (_posted.TryDequeue(out Action<BusConnection>? work))
                {
                    isIdle = false;
                    work(connection);
                }

                // What was sent may have answers or unsent bytes already.
                if (isIdle)
                    connection.Wait(_wake);
            }

            return connection.Fault ?? "the connection to systemd was closed";
        }
        catch (DllNotFoundException)
        {
            return "libsystemd.so.0 is not installed (Debian: apt-get install libsystemd0)";
        }
        catch (IOException refused)
        {
            return refused.Message;
        }
    }

    private void Pause(int failures)
    {
        // The other addresses are tried at once.
        if (failures > 0 && failures < _addresses.Count)
            return;
        int pause = Math.Min(FirstPauseMilliseconds << Math.Min(failures, 10), MostPauseMilliseconds);
        long end = KernelCalls.Microseconds(KernelCalls.ClockMonotonic) + (pause * 1000L);
        while (!_isStopping && KernelCalls.MillisecondsUntil((ulong)end) is > 0 and int left)
        {
            _wake.Wait(-1, 0, left);
            FailQueued("systemd cannot be reached");
        }
    }

    private void FailQueued(string reason)
    {
        while (_queue.TryDequeue(out BusCall? call))
            call.Fail("org.freedesktop.DBus.Error.NoServer", reason);
        _posted.Clear();
    }
}
