using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Faults;

/// <summary>
/// Talks to one life of a server: made new after each kill, so that no request is ever sent twice by a pooled
/// connection that died.
/// </summary>
internal sealed class LoadClient(string url, NetworkNamespace? inside = null) : IDisposable
{
    private const string Root = "/load";

    private readonly HttpClient _http = new(NamespaceSockets.Handler(inside))
    {
        BaseAddress = new Uri(url),
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>The highest X-Etcd-Index that any answer carried.</summary>
    public long HighestIndex => Interlocked.Read(ref _highestIndex);

    private long _highestIndex;

    /// <summary>
    /// The operation with its index if the server acknowledged it, without if the connection broke or the server
    /// could not say; an answer that refuses it is an error of the test or the server.
    /// </summary>
    public async Task<LoadOperation> PerformAsync(LoadOperation operation)
    {
        LoadOperation sent = operation with { SentAt = DateTimeOffset.UtcNow };
        try
        {
            using HttpRequestMessage request = new(new HttpMethod(operation.Method), Address(operation));
            if (operation.Value is not null)
            {
                request.Content = new FormUrlEncodedContent(
                    [.. operation.Fields, KeyValuePair.Create("value", operation.Value)]);
            }
            using HttpResponseMessage response = await _http.SendAsync(request);
            string body = await response.Content.ReadAsStringAsync();
            if (response.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable)
                return sent;
            if (!response.IsSuccessStatusCode)
                throw new InvalidDataException($"{operation} was refused with {(int)response.StatusCode}: {body}");
            Observe(response);
            JsonNode node = JsonNode.Parse(body)!["node"]!;
            return sent with
            {
                Key = (string)node["key"]!,
                Index = (long)node["modifiedIndex"]!,
                Stored = StoredKey.From(node),
            };
        }
        catch (Exception e) when (IsBroken(e))
        {
            return sent;
        }
    }

    /// <summary>A key by a plain read, or null if it is absent or the connection broke.</summary>
    public async Task<StoredKey?> ReadAsync(string key)
    {
        using HttpResponseMessage response = await _http.GetAsync($"/v2/keys{key}");
        Observe(response);
        string body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? StoredKey.From(JsonNode.Parse(body)!["node"]!) : null;
    }

    /// <summary>All keys of the load, read through the log, or as this member has them.</summary>
    public async Task<StoreReading> ReadAllAsync(bool isQuorum = true)
    {
        DateTimeOffset before = DateTimeOffset.UtcNow;
        string quorum = isQuorum ? "true" : "false";
        using HttpResponseMessage response = await _http.GetAsync($"/v2/keys{Root}?recursive=true&quorum={quorum}");
        string body = await response.Content.ReadAsStringAsync();
        JsonNode? root = response.StatusCode == HttpStatusCode.NotFound ? null : JsonNode.Parse(body)!["node"];
        return new StoreReading(
            StoreReading.Flatten(root),
            Number(response, "X-Etcd-Index"),
            Number(response, "X-Raft-Index"),
            Number(response, "X-Raft-Term"),
            before,
            DateTimeOffset.UtcNow);
    }

    /// <summary>
    /// The first event at or after an index; the index of the answer's error if that history is cleared.
    /// </summary>
    public async Task<(WatchedEvent? Event, long ClearedAt)> NextEventAsync(long fromIndex, CancellationToken cancel)
    {
        string path = $"/v2/keys{Root}?wait=true&recursive=true&waitIndex={fromIndex}";
        using HttpResponseMessage response = await _http.GetAsync(path, cancel);
        string body = await response.Content.ReadAsStringAsync(cancel);
        if (response.IsSuccessStatusCode)
            return (WatchedEvent.Parse(body), 0);
        JsonNode error = JsonNode.Parse(body)!;
        if ((int)error["errorCode"]! != 401)
            throw new InvalidDataException($"watch from {fromIndex} was refused: {body}");
        return (null, (long)error["index"]!);
    }

    /// <summary>A stream of events from now on, and the index that it starts after.</summary>
    public async Task<(StreamReader Events, long StartIndex)> OpenStreamAsync(CancellationToken cancel = default)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"/v2/keys{Root}?wait=true&recursive=true&stream=true");
        HttpResponseMessage response =
            await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        response.EnsureSuccessStatusCode();
        return (new StreamReader(await response.Content.ReadAsStreamAsync(cancel)), Number(response, "X-Etcd-Index"));
    }

    /// <summary>Whether an exception means that the server went away in the middle.</summary>
    public static bool IsBroken(Exception e) =>
        e is HttpRequestException or IOException or OperationCanceledException;

    public void Dispose() => _http.Dispose();

    private static string Address(LoadOperation operation)
    {
        if (operation.Value is not null || operation.Fields.Count == 0)
            return $"/v2/keys{operation.Path}";
        return $"/v2/keys{operation.Path}?{string.Join('&', operation.Fields.Select(f => $"{f.Key}={f.Value}"))}";
    }

    private void Observe(HttpResponseMessage response)
    {
        long index = Number(response, "X-Etcd-Index");
        for (long seen = HighestIndex; index > seen; seen = HighestIndex)
            Interlocked.CompareExchange(ref _highestIndex, index, seen);
    }

    private static long Number(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out IEnumerable<string>? values)
            ? long.Parse(values.First(), CultureInfo.InvariantCulture)
            : 0;
}
