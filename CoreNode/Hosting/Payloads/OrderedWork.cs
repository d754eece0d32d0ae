using System.Runtime.ExceptionServices;

namespace CoreNode.Hosting.Payloads;

/// <summary>
/// Makes numbered results on several threads and takes them in order on the caller's. Results that wait for an earlier
/// one are bounded, and with them the memory. A fault anywhere ends all of it and becomes the caller's.
/// </summary>
/// <typeparam name="T">What is made.</typeparam>
internal sealed class OrderedWork<T>
    where T : class
{
    private const int AheadPerThread = 4;

    // Guards all fields below; whoever changes one wakes the others.
    private readonly object _gate = new();
    private readonly Dictionary<int, T> _made = [];
    private readonly int _count;
    private readonly int _ahead;
    private int _next;
    private int _taken;
    private bool _stops;
    private Exception? _fault;

    private OrderedWork(int count, int threads)
    {
        _count = count;
        _ahead = threads * AheadPerThread;
    }

    /// <summary>Does the whole work.</summary>
    /// <param name="count">Results are numbered from 0 on.</param>
    /// <param name="threads">How many threads make them.</param>
    /// <param name="startWorker">Called on each of these threads: gives what makes a result.</param>
    /// <param name="take">Called with each result in order, on the caller's thread.</param>
    /// <param name="cancellation">Ends it between results.</param>
    public static void Run(
        int count, int threads, Func<Func<int, T>> startWorker, Action<T> take, CancellationToken cancellation)
    {
        OrderedWork<T> work = new(count, threads);
        Thread[] all = new Thread[Math.Min(threads, Math.Max(1, count))];
        using CancellationTokenRegistration registration = cancellation.Register(work.Stop);
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = new Thread(() => work.Make(startWorker)) { IsBackground = true, Name = "payload" };
            all[i].Start();
        }

        try
        {
            work.Take(take, cancellation);
        }
        finally
        {
            work.Stop();
            foreach (Thread thread in all)
                thread.Join();
        }
    }

    private void Make(Func<Func<int, T>> startWorker)
    {
        try
        {
            Func<int, T> make = startWorker();
            while (NextNumber() is { } number)
            {
                T result = make(number);
                lock (_gate)
                {
                    _made.Add(number, result);
                    Monitor.PulseAll(_gate);
                }
            }
        }
        catch (Exception fault)
        {
            lock (_gate)
            {
                _fault ??= fault;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private int? NextNumber()
    {
        lock (_gate)
        {
            while (!_stops && _next < _count && _next - _taken >= _ahead)
                Monitor.Wait(_gate);
            return _stops || _next == _count ? null : _next++;
        }
    }

    private void Take(Action<T> take, CancellationToken cancellation)
    {
        for (int number = 0; number < _count; number++)
        {
            T? result;
            lock (_gate)
            {
                while (!_made.Remove(number, out result))
                {
                    if (_fault is { } fault)
                        ExceptionDispatchInfo.Throw(fault);
                    cancellation.ThrowIfCancellationRequested();
                    Monitor.Wait(_gate);
                }

                _taken = number + 1;
                Monitor.PulseAll(_gate);
            }

            take(result);
        }
    }

    private void Stop()
    {
        lock (_gate)
        {
            _stops = true;
            Monitor.PulseAll(_gate);
        }
    }
}
