using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Rolling;

/// <summary>
/// A client as the field has them: it reads a service's instances from the store, sends each request to the next of
/// them, over a connection of its own, and never sends one again. What fails is kept.
/// </summary>
internal sealed class InstanceClient : IAsyncDisposable
{
    private const int Senders = 8;
    private const int SocketsAtOnce = 64;
    private const int LongestAnswer = 4096;

    // So that the client does not take the nodes' processors.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_readPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_readLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly NetworkNamespace _inside;
    private readonly IReadOnlyList<string> _stores;
    private readonly string _prefix;
    private readonly string _path;
    private readonly HttpClient _reader;
    private readonly Stack<Socket> _sockets = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly List<Task> _running = [];
    private string[] _instances = [];
    private long _sent;
    private int _turn;

    /// <param name="inside">Where its connections are made.</param>
    /// <param name="stores">Where the store is served, by any of them.</param>
    /// <param name="prefix">Below which the instances' keys are; each value is a URL.</param>
    /// <param name="path">What is asked of an instance.</param>
    public InstanceClient(NetworkNamespace inside, IReadOnlyList<string> stores, string prefix, string path)
    {
        _inside = inside;
        _stores = stores;
        _prefix = prefix;
        _path = path;
        _reader = new HttpClient(NamespaceSockets.Handler(inside)) { Timeout = s_readLimit };
    }

    /// <summary>Requests that were sent, or had nobody to be sent to.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Those that failed, by when and why.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>URLs of the instances as the store had them last.</summary>
    public IReadOnlyList<string> Instances => Volatile.Read(ref _instances);

    /// <summary>Reads the instances once, from the first member that answers.</summary>
    public async Task ReadAsync()
    {
        foreach (string store in _stores)
        {
            try
            {
                using HttpResponseMessage answer = await _reader.GetAsync($"{store}/v2/keys{_prefix}", _stop.Token);
                if (!answer.IsSuccessStatusCode)
                    continue;
                JsonNode read = JsonNode.Parse(await answer.Content.ReadAsStringAsync(_stop.Token))!;
                string[] urls = [.. (read["node"]!["nodes"]?.AsArray() ?? []).Select(static n => (string)n!["value"]!)];
                Volatile.Write(ref _instances, urls);
                return;
            }
            catch (Exception away) when (away is HttpRequestException or OperationCanceledException)
            {
                // The next one.
            }
        }
    }

    /// <summary>Follows the instances and sends until <see cref="FinishAsync"/>.</summary>
    public void Start()
    {
        _running.Add(FollowAsync());
        for (int i = 0; i < Senders; i++)
            _running.Add(SendAsync());
    }

    /// <summary>Goes on until that many were sent in all, and stops.</summary>
    public async Task FinishAsync(long requests)
    {
        while (Sent < requests && !_running.Exists(static task => task.IsFaulted))
            await Task.Delay(s_readPause);
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _reader.Dispose();
        foreach (Socket unused in _sockets)
            unused.Dispose();
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await ReadAsync();
            await PauseAsync(s_readPause);
        }
    }

    private async Task SendAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            string[] instances = Volatile.Read(ref _instances);
            string to = instances.Length == 0
                ? "nobody"
                : instances[(uint)Interlocked.Increment(ref _turn) % instances.Length];
            string problem = instances.Length == 0 ? "no instance is announced" : await AskAsync(to);
            Interlocked.Increment(ref _sent);
            if (problem.Length > 0)
                _failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {to}: {problem}");
            await PauseAsync(s_pause);
        }
    }

    // One that has begun is let end, so that none is cut off by the end of the test. By hand: HttpClient takes as much
    // of the processors for each connection as the nodes do, and could try again behind our back.
    private async Task<string> AskAsync(string instance)
    {
        Uri to = new(instance);
        using CancellationTokenSource limit = new(s_limit);
        using Socket socket = TakeSocket();
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(to.Host), to.Port, limit.Token);
            await socket.SendAsync(
                Encoding.Latin1.GetBytes($"GET {_path} HTTP/1.1\r\nHost: {to.Authority}\r\nConnection: close\r\n\r\n"),
                limit.Token);
            byte[] answer = new byte[LongestAnswer];
            int length = 0;
            int read;
            while ((read = await socket.ReceiveAsync(answer.AsMemory(length), limit.Token)) > 0)
                length += read;
            return Judge(Encoding.Latin1.GetString(answer, 0, length));
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException)
        {
            return broken.Message;
        }
    }

    // Empty if it is a whole answer and good.
    private static string Judge(string answer)
    {
        const string length = "\r\nContent-Length: ";
        int body = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        int told = answer.IndexOf(length, StringComparison.OrdinalIgnoreCase);
        if (!answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || body < 4 || told < 0 || told > body)
            return $"answered: {answer}";
        string expected = answer[(told + length.Length)..answer.IndexOf('\r', told + 1)];
        return expected == (answer.Length - body).ToString(CultureInfo.InvariantCulture) ? "" : $"cut off: {answer}";
    }

    // It takes a thread to go inside: many are opened at once.
    private Socket TakeSocket()
    {
        lock (_sockets)
        {
            if (_sockets.Count == 0)
            {
                _inside.Run(() =>
                {
                    for (int i = 0; i < SocketsAtOnce; i++)
                        _sockets.Push(NamespaceSockets.Open(null));
                });
            }

            return _sockets.Pop();
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
