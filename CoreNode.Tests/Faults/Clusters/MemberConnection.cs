using System.Net.Sockets;
using System.Text;
using CoreNode.Tests.Conformance.Differential;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>
/// One client's keep-alive connection to one member. Never sends a request twice, which HTTP libraries do behind the
/// caller's back: a write that is repeated makes a history that nobody can judge. Used by one client at a time.
/// </summary>
internal sealed class MemberConnection(ServerProcess member, NetworkNamespace? inside) : IDisposable
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;

    /// <summary>Sends one request and waits for its whole answer, both within a time.</summary>
    public async Task<MemberReply> AskAsync(
        string method, string target, string? form, TimeSpan patience, CancellationToken cancel = default)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(patience);
        try
        {
            await ConnectAsync(timeout.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            Dispose();
            return new MemberReply(WasSent: false, null);
        }
        try
        {
            await _socket!.SendAsync(Request(method, target, form), timeout.Token);
            return new MemberReply(WasSent: true, await ReceiveAsync(new AnswerReader(method), timeout.Token));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            Dispose();
            return new MemberReply(WasSent: true, null);
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private async Task ConnectAsync(CancellationToken cancel)
    {
        // An idle connection that the member closed meanwhile shows as readable.
        if (_socket is { } idle && idle.Poll(0, SelectMode.SelectRead))
            Dispose();
        if (_socket is not null)
            return;
        _socket = NamespaceSockets.Open(inside);
        await _socket.ConnectAsync(member.Place.Address, member.Place.ClientPort, cancel);
    }

    private byte[] Request(string method, string target, string? form)
    {
        StringBuilder text = new();
        text.Append(method).Append(' ').Append(target).Append(" HTTP/1.1\r\nHost: ");
        text.Append(member.Place.ClientUrl.Authority).Append("\r\n");
        if (form is not null)
        {
            text.Append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ").Append(form.Length);
            text.Append("\r\n");
        }
        return Encoding.ASCII.GetBytes(text.Append("\r\n").Append(form).ToString());
    }

    private async Task<RawAnswer?> ReceiveAsync(AnswerReader reader, CancellationToken cancel)
    {
        while (!reader.IsComplete)
        {
            int count = await _socket!.ReceiveAsync(_buffer, cancel);
            if (count == 0)
            {
                Dispose();
                return null;
            }
            reader.Feed(_buffer.AsSpan(0, count));
        }
        if (reader.Closes)
            Dispose();
        return reader.ToAnswer();
    }
}
