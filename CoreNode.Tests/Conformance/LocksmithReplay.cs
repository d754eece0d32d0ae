using System.Net;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// The requests that locksmithctl 0.6 sends for each command, byte for byte as they were captured, against any server
/// that speaks etcd's v2 API.
/// </summary>
internal sealed class LocksmithReplay(Uri server, string group = "") : IDisposable
{
    private const string Initial = """{"semaphore":1,"max":1,"holders":null}""";

    private readonly HttpClient _http = new();

    // prod/db is prod%2Fdb in the key, and that again escaped on the wire.
    private readonly string _url = server.GetLeftPart(UriPartial.Authority)
        + "/v2/keys/coreos.com/updateengine/rebootlock/"
        + (group.Length > 0 ? $"groups/{group.Replace("/", "%252F", StringComparison.Ordinal)}/" : "")
        + "semaphore";

    /// <summary>What every command begins with: creates the semaphore, then reads it. Its value and index.</summary>
    public async Task<(string Value, ulong Index)> OpenAsync()
    {
        (HttpStatusCode status, JsonNode json) = await PutAsync("?prevExist=false", Initial);
        if (status == HttpStatusCode.PreconditionFailed)
            Assert.That((int?)json["errorCode"], Is.EqualTo(105));
        else
            Assert.That((status, (string?)json["action"]), Is.EqualTo((HttpStatusCode.Created, "create")));
        using HttpResponseMessage read = await _http.GetAsync($"{_url}?quorum=false&recursive=false&sorted=false");
        Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        JsonNode node = JsonNode.Parse(await read.Content.ReadAsStringAsync())!["node"]!;
        return ((string)node["value"]!, (ulong)node["modifiedIndex"]!);
    }

    /// <summary>The write of a command that changes something: null, or etcd's code of refusal.</summary>
    public async Task<int?> SwapAsync(ulong index, string value)
    {
        (HttpStatusCode status, JsonNode json) = await PutAsync($"?prevIndex={index}", value);
        if (status == HttpStatusCode.OK)
        {
            Assert.That((string?)json["action"], Is.EqualTo("compareAndSwap"));
            Assert.That((string?)json["node"]!["value"], Is.EqualTo(value));
            return null;
        }

        Assert.That(status, Is.EqualTo(HttpStatusCode.PreconditionFailed));
        return (int)json["errorCode"]!;
    }

    public void Dispose() => _http.Dispose();

    private async Task<(HttpStatusCode Status, JsonNode Json)> PutAsync(string query, string value)
    {
        using FormUrlEncodedContent form = new([new KeyValuePair<string, string>("value", value)]);
        using HttpResponseMessage answer = await _http.PutAsync(_url + query, form);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
