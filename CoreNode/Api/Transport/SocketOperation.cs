using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace CoreNode.Api.Transport;

/// <summary>
/// One receive or send at a time, awaited without an exception for what clients do every day: a reset is a value. What
/// follows it runs on the thread that polls the sockets.
/// </summary>
internal sealed class SocketOperation : SocketAsyncEventArgs, IValueTaskSource<SocketError>
{
    private static readonly Action<object?> s_completed = static _ => { };

    private Action<object?>? _continuation;
    private object? _state;

    public SocketOperation()
        : base(true)
    {
    }

    /// <summary>Receives into a buffer; an empty one waits until there is something, or the end.</summary>
    public ValueTask<SocketError> ReceiveAsync(Socket socket, Memory<byte> buffer)
    {
        SetBuffer(buffer);
        return socket.ReceiveAsync(this) ? new ValueTask<SocketError>(this, 0) : ValueTask.FromResult(SocketError);
    }

    /// <summary>Sends all or part of a buffer.</summary>
    public ValueTask<SocketError> SendAsync(Socket socket, Memory<byte> buffer)
    {
        SetBuffer(buffer);
        return socket.SendAsync(this) ? new ValueTask<SocketError>(this, 0) : ValueTask.FromResult(SocketError);
    }

    SocketError IValueTaskSource<SocketError>.GetResult(short token)
    {
        _continuation = null;
        _state = null;
        return SocketError;
    }

    ValueTaskSourceStatus IValueTaskSource<SocketError>.GetStatus(short token) =>
        !ReferenceEquals(_continuation, s_completed) ? ValueTaskSourceStatus.Pending
        : SocketError == SocketError.Success ? ValueTaskSourceStatus.Succeeded
        : ValueTaskSourceStatus.Faulted;

    void IValueTaskSource<SocketError>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _state = state;
        if (ReferenceEquals(Interlocked.CompareExchange(ref _continuation, continuation, null), s_completed))
            ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: false);
    }

    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        Action<object?>? continuation = Interlocked.CompareExchange(ref _continuation, s_completed, null);
        if (continuation is null)
            return;
        object? state = _state;
        _state = null;
        _continuation = s_completed;
        continuation(state);
    }
}
