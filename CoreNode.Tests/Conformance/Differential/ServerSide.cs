using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CoreNode.Foundation;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>One of the two servers: its connection and the index at which the sequence found it.</summary>
internal sealed partial class ServerSide(Uri server) : IDisposable
{
    private readonly KeepAliveConnection _connection = new(server);

    /// <summary>X-Etcd-Index when the sequence began.</summary>
    public long BaseIndex { get; private set; }

    /// <summary>Removes every key; the store's index after that.</summary>
    public long Clear()
    {
        foreach (string child in KeyDraw.Components.Concat(RootChildren()))
            Exchange("DELETE", $"/v2/keys/{child}?recursive=true&dir=true");
        return Index(Exchange("GET", "/v2/keys"));
    }

    /// <summary>
    /// Writes until the index is <paramref name="index"/> and takes that as the base. The store is empty after it.
    /// </summary>
    public void Begin(long index)
    {
        const string scratch = "/v2/keys/scratch";
        while (Index(Exchange("PUT", scratch)) < index - 1)
        {
        }
        BaseIndex = Index(Exchange("DELETE", scratch));
        Invariant.That(BaseIndex == index, "the scratch key's removal is one write");
    }

    /// <summary>Sends the request, its index templates filled in.</summary>
    public void Send(DifferentialRequest request) => Send(_connection, request);

    /// <summary>The answer to the request sent last.</summary>
    public RawAnswer Receive() => _connection.ReceiveAnswer();

    /// <summary>Sends the request on a connection of its own, for an answer that may stay open.</summary>
    public KeepAliveConnection Open(DifferentialRequest request)
    {
        KeepAliveConnection connection = new(server);
        // etcd looks for HTTP in the first 4096 bytes of a connection and closes it where its first line is longer, so
        // that the store never sees the request.
        connection.Send("GET", "/version", null, null);
        connection.ReceiveAnswer();
        Send(connection, request);
        return connection;
    }

    public void Dispose() => _connection.Dispose();

    private void Send(KeepAliveConnection connection, DifferentialRequest request) =>
        connection.Send(request.Method, Fill(request.Target)!, request.ContentType, Fill(request.Body));

    private static long Index(RawAnswer answer) =>
        long.Parse(answer.Header("X-Etcd-Index")!, CultureInfo.InvariantCulture);

    private RawAnswer Exchange(string method, string target)
    {
        _connection.Send(method, target, null, null);
        return _connection.ReceiveAnswer();
    }

    private List<string> RootChildren()
    {
        using JsonDocument root = JsonDocument.Parse(Exchange("GET", "/v2/keys").Body);
        if (!root.RootElement.GetProperty("node").TryGetProperty("nodes", out JsonElement nodes))
            return [];
        return [.. nodes.EnumerateArray().Select(n => Uri.EscapeDataString(n.GetProperty("key").GetString()![1..]))];
    }

    private string? Fill(string? text) => text is null ? null : Template().Replace(text, match =>
    {
        long index = BaseIndex + long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        return index.ToString(match.Groups[1].Value == "=" ? "D20" : "D", CultureInfo.InvariantCulture);
    });

    [GeneratedRegex("\\{([+=])(-?[0-9]+)\\}")]
    private static partial Regex Template();
}
