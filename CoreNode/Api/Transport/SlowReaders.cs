using System.Collections.Concurrent;
using CoreNode.Api.Limits;

namespace CoreNode.Api.Transport;

/// <summary>
/// Cuts off connections whose clients do not take what they are sent. Kestrel's own rule counts what the kernel took
/// quickly as credit: after a few megabytes that is hours. Any thread.
/// </summary>
internal sealed class SlowReaders : IDisposable
{
    private const int PeriodMilliseconds = 500;

    private readonly ConcurrentDictionary<SocketConnection, long> _deadlines = new();
    private readonly ApiLimits _limits;
    private readonly Timer _timer;

    /// <summary>Looks at those that wait, twice a second.</summary>
    public SlowReaders(ApiLimits limits)
    {
        _limits = limits;
        _timer = new Timer(
            static readers => ((SlowReaders)readers!).CutLate(), this, PeriodMilliseconds, PeriodMilliseconds);
    }

    /// <summary>So many bytes wait for a client.</summary>
    public void Add(SocketConnection connection, long bytes)
    {
        long patience = (long)_limits.GraceTime.TotalMilliseconds + (bytes * 1000 / _limits.MinBytesPerSecond);
        _deadlines[connection] = Environment.TickCount64 + patience;
    }

    /// <summary>They were taken, or never will be.</summary>
    public void Remove(SocketConnection connection) => _deadlines.TryRemove(connection, out _);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void CutLate()
    {
        if (_deadlines.IsEmpty)
            return;
        long now = Environment.TickCount64;
        foreach ((SocketConnection connection, long deadline) in _deadlines)
        {
            if (now < deadline || !_deadlines.TryRemove(connection, out _))
                continue;
            connection.Client.Met(LimitKind.SlowReader);
            connection.Cut();
        }
    }
}
