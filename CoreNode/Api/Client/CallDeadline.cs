namespace CoreNode.Api.Client;

/// <summary>Ends a call when its caller gives up or its time is over.</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    public CallDeadline(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        _source = new CancellationTokenSource(limit, time);
        _registration = cancellation.UnsafeRegister(
            static state => ((CancellationTokenSource)state!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>From here on only the caller ends it.</summary>
    public void Lift() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
