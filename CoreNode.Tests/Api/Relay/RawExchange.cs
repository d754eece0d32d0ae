using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Api.Relay;

/// <summary>One request that a <see cref="RawUpstream"/> got, and the way back.</summary>
internal sealed class RawExchange(Socket socket, string head, string body, CancellationToken stop)
{
    /// <summary>Request line and headers.</summary>
    public string Head { get; } = head;

    /// <summary>The body as it came, chunks and all.</summary>
    public string Body { get; } = body;

    /// <summary>Method and target.</summary>
    public string Line { get; } = head.Split("\r\n")[0].Replace(" HTTP/1.1", "", StringComparison.Ordinal);

    /// <summary>Ends when the test does.</summary>
    public CancellationToken Stop { get; } = stop;

    /// <summary>The connection was ended here.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent), Stop);
    }

    /// <summary>Ends the connection as a process does that closes it.</summary>
    public void Close()
    {
        IsClosed = true;
        socket.Close();
    }

    /// <summary>Ends it as a killed process does that has not read everything.</summary>
    public void Reset()
    {
        IsClosed = true;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Waits until the other side has closed.</summary>
    public async Task WaitForCloseAsync()
    {
        byte[] one = new byte[1];
        while (await socket.ReceiveAsync(one, Stop) > 0)
        {
        }

        IsClosed = true;
    }
}
