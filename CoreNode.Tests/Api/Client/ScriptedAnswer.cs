using System.Globalization;
using System.Text;

namespace CoreNode.Tests.Api.Client;

/// <summary>Where the answer to one request goes.</summary>
internal sealed class ScriptedAnswer(Stream stream, CancellationToken stop)
{
    /// <summary>True if the connection ends after this answer.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>Ends when the test does.</summary>
    public CancellationToken Stop => stop;

    /// <summary>A whole answer.</summary>
    public Task SendAsync(int status, string body, ulong index = 0) => WriteAsync(
        string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nX-Etcd-Index: {index}\r\n"
                + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    /// <summary>The head of an answer whose body comes in chunks: a watch.</summary>
    public Task BeginAsync(ulong index) => WriteAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 200 OK\r\nX-Etcd-Index: {index}\r\nTransfer-Encoding: chunked\r\n\r\n"));

    /// <summary>A chunk of that body.</summary>
    public Task ChunkAsync(string text) => WriteAsync(string.Create(
        CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n"));

    /// <summary>The end of that body.</summary>
    public Task EndAsync() => WriteAsync("0\r\n\r\n");

    /// <summary>Closes the connection, with or without an answer before.</summary>
    public void Close() => IsClosing = true;

    /// <summary>Waits until the test is over.</summary>
    public Task HangAsync() => Task.Delay(Timeout.Infinite, stop);

    private async Task WriteAsync(string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
        await stream.FlushAsync(stop);
    }
}
