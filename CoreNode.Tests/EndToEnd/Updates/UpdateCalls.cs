using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>The updates of a native node, over its unix socket.</summary>
internal sealed class UpdateCalls : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http;
    private readonly ServerProcess _node;

    public UpdateCalls(ServerProcess node)
    {
        _node = node;
        string path = node.Place.SocketPath;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
            PooledConnectionLifetime = TimeSpan.Zero,
        })
        {
            BaseAddress = new Uri("http://node/"),
            Timeout = TimeSpan.FromSeconds(10),
        };
    }

    /// <summary>Words in which it said from where it fetched.</summary>
    public HashSet<string> Sources { get; } = new(StringComparer.Ordinal);

    /// <summary>Has the server asked, as soon as the node is that far.</summary>
    public async Task NowAsync(TimeSpan deadline)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            using StringContent content = new("{}", Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _http.PostAsync("/corenode/v1/update/now", content);
            if (answer.IsSuccessStatusCode)
                return;
            if (watch.Elapsed > deadline)
                Assert.Fail(await answer.Content.ReadAsStringAsync() + _node.StandardError);
            await Task.Delay(s_pause);
        }
    }

    /// <summary>The same, unless it has installed something already.</summary>
    public async Task NowUnlessInstalledAsync(TimeSpan deadline)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while ((await StatusAsync()).GetProperty("stage").GetString() != "need-reboot")
        {
            using StringContent content = new("{}", Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _http.PostAsync("/corenode/v1/update/now", content);
            if (answer.IsSuccessStatusCode)
                return;
            if (watch.Elapsed > deadline)
                Assert.Fail(await answer.Content.ReadAsStringAsync() + _node.StandardError);
            await Task.Delay(s_pause);
        }
    }

    public async Task<JsonElement> StatusAsync()
    {
        string text = await _http.GetStringAsync("/corenode/v1/update");
        JsonElement status = JsonDocument.Parse(text).RootElement;
        if (status.GetProperty("source").GetString() is { Length: > 0 } source)
            Sources.Add(source);
        return status;
    }

    /// <summary>Waits until the status is so.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> isSo, TimeSpan deadline)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            JsonElement status = await StatusAsync();
            if (isSo(status))
                return status;
            if (watch.Elapsed > deadline)
                Assert.Fail($"stuck at {status}\n{_node.StandardError}");
            await Task.Delay(s_pause);
        }
    }

    public Task InstalledAsync(TimeSpan deadline) => UntilAsync(
        static status => status.GetProperty("stage").GetString() == "need-reboot", deadline);

    public void Dispose() => _http.Dispose();
}
