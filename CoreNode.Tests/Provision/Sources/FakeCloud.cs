using System.Text;
using CoreNode.Provision.Sources;
using CoreNode.Tests.Updates.Client;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>A metadata service on loopback: some paths have an answer, all others are not found.</summary>
internal sealed class FakeCloud : IAsyncDisposable
{
    private readonly RawServer _server;

    public FakeCloud()
    {
        _server = new RawServer(Answer);
        Root = new Uri($"http://127.0.0.1:{_server.Port}");
    }

    public Uri Root { get; }

    public SourceOptions Options { get; } = new();

    /// <summary>Bodies by path, of GET.</summary>
    public Dictionary<string, string> Paths { get; } = [];

    /// <summary>Answers before all others; null: go on.</summary>
    public Func<RawRequest, string?> First { get; set; } = static _ => null;

    /// <summary>Headers of all other answers, each with its line end.</summary>
    public string Headers { get; set; } = "";

    /// <summary>What was asked, as METHOD PATH.</summary>
    public string[] Asked =>
        [.. _server.Requests.Select(static one => one.Line.Replace(" HTTP/1.1", "", StringComparison.Ordinal))];

    public IEnumerable<RawRequest> Requests => _server.Requests;

    public static string Text(ReadOnlyMemory<byte> content) => Encoding.UTF8.GetString(content.Span);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private string Answer(RawRequest request)
    {
        if (First(request) is { } answer)
            return answer;
        string[] words = request.Line.Split(' ');
        return words[0] == "GET" && Paths.TryGetValue(words[1], out string? body)
            ? RawServer.Answer(200, body, Headers)
            : RawServer.Answer(404, "<html>Not Found</html>", Headers);
    }
}
