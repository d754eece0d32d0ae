using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Store;

namespace CoreNode.Api.Client;

/// <summary>
/// One request of the v2 API. Parameters that select or compare go into the query, what is written into the form, both
/// in order of their names, as etcd's own client does.
/// </summary>
/// <param name="Method">GET, PUT, POST or DELETE.</param>
/// <param name="PathAndQuery">Escaped, from the root of the endpoint.</param>
/// <param name="Form">The body as application/x-www-form-urlencoded; null for none.</param>
public sealed record V2Request(HttpMethod Method, string PathAndQuery, string? Form)
{
    /// <summary>True if it may be sent twice.</summary>
    public bool IsSafe => Method == HttpMethod.Get || Method == HttpMethod.Head;

    /// <summary>True for a watch: the answer may take any time.</summary>
    public bool IsWatch { get; init; }

    /// <summary>The body as JSON, instead of a form; null for none.</summary>
    public string? Json { get; init; }

    /// <summary>Makes the body, instead of a form; called for each attempt to send it. Null for none.</summary>
    public Func<HttpContent>? MakeContent { get; init; }

    /// <summary>Adds a member.</summary>
    public static V2Request AddMember(IReadOnlyList<string> peerUrls, bool isForced) =>
        new(HttpMethod.Post, "/v2/members" + Force(isForced), null) { Json = PeerUrls(peerUrls) };

    /// <summary>Changes a member's peer URLs.</summary>
    public static V2Request UpdateMember(string id, IReadOnlyList<string> peerUrls, bool isForced) =>
        new(HttpMethod.Put, $"/v2/members/{Uri.EscapeDataString(id)}{Force(isForced)}", null)
        {
            Json = PeerUrls(peerUrls),
        };

    /// <summary>Removes a member.</summary>
    public static V2Request RemoveMember(string id, bool isForced) =>
        new(HttpMethod.Delete, $"/v2/members/{Uri.EscapeDataString(id)}{Force(isForced)}", null);

    /// <summary>Gives a learner its vote.</summary>
    public static V2Request PromoteMember(string id, bool isForced) =>
        new(HttpMethod.Post, $"/v2/members/{Uri.EscapeDataString(id)}/promote{Force(isForced)}", null);

    /// <summary>Downloads the whole state.</summary>
    public static V2Request Backup(bool isLocal) =>
        Plain("/corenode/v1/snapshot" + (isLocal ? "?local=true" : ""));

    /// <summary>A request without parameters, such as /v2/members.</summary>
    public static V2Request Plain(string path) => new(HttpMethod.Get, path, null);

    /// <summary>Reads a key; <paramref name="path"/> is a request path (<see cref="KeyPath.OfKey"/>).</summary>
    public static V2Request Get(string path, KvGetOptions options) => new(
        HttpMethod.Get,
        $"{path}?quorum={Bool(options.IsQuorum)}&recursive={Bool(options.IsRecursive)}&sorted={Bool(options.IsSorted)}",
        null);

    /// <summary>Writes a key.</summary>
    public static V2Request Set(string path, ReadOnlySpan<byte> value, KvSetOptions options)
    {
        var query = new StringBuilder();
        if (options.IsDirectory)
            Add(query, "dir", "true");
        if (options.MustExist is bool mustExist)
            Add(query, "prevExist", Bool(mustExist));
        if (options.PreviousIndex.Value != 0)
            Add(query, "prevIndex", options.PreviousIndex.ToString());
        if (options.PreviousValue is { } previous)
            Add(query, "prevValue", previous);

        var form = new StringBuilder();
        if (options.IsRefresh)
            Add(form, "refresh", "true");
        AddTtl(form, options.TimeToLive);
        if (!options.IsDirectory && !options.IsRefresh)
            AddBytes(form, "value", value);
        return new V2Request(HttpMethod.Put, WithQuery(path, query), form.ToString());
    }

    /// <summary>Creates a key named by the store below a directory.</summary>
    public static V2Request CreateInOrder(string path, ReadOnlySpan<byte> value, TimeSpan? timeToLive)
    {
        var form = new StringBuilder();
        AddTtl(form, timeToLive);
        AddBytes(form, "value", value);
        return new V2Request(HttpMethod.Post, path, form.ToString());
    }

    /// <summary>Removes a key.</summary>
    public static V2Request Delete(string path, KvDeleteOptions options)
    {
        var query = new StringBuilder();
        if (options.IsDirectory)
            Add(query, "dir", "true");
        if (options.PreviousIndex.Value != 0)
            Add(query, "prevIndex", options.PreviousIndex.ToString());
        if (options.PreviousValue is { } previous)
            Add(query, "prevValue", previous);
        if (options.IsRecursive)
            Add(query, "recursive", "true");
        return new V2Request(HttpMethod.Delete, WithQuery(path, query), null);
    }

    /// <summary>Waits for the first change at or after an index; 0: from now on.</summary>
    public static V2Request Watch(string path, bool isRecursive, ulong waitIndex) => new(
        HttpMethod.Get,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{path}?recursive={Bool(isRecursive)}&wait=true&waitIndex={waitIndex}"),
        null)
    { IsWatch = true };

    /// <summary>
    /// Follows changes from now on. Without waitIndex on purpose: etcd answers a stream with a past index by one event
    /// and then nothing more.
    /// </summary>
    public static V2Request Stream(string path, bool isRecursive) =>
        new(HttpMethod.Get, $"{path}?recursive={Bool(isRecursive)}&stream=true&wait=true", null) { IsWatch = true };

    private static string Force(bool isForced) => isForced ? "?force=true" : "";

    private static string PeerUrls(IReadOnlyList<string> urls) =>
        $"{{\"peerURLs\":[{string.Join(',', urls.Select(url => $"\"{JsonEncodedText.Encode(url)}\""))}]}}";

    private static string Bool(bool value) => value ? "true" : "false";

    private static void AddTtl(StringBuilder form, TimeSpan? timeToLive)
    {
        if (timeToLive is { } ttl)
            Add(form, "ttl", ((long)ttl.TotalSeconds).ToString(CultureInfo.InvariantCulture));
    }

    private static void Add(StringBuilder text, string name, string value) =>
        AddBytes(text, name, Encoding.UTF8.GetBytes(value));

    private static void AddBytes(StringBuilder text, string name, ReadOnlySpan<byte> value)
    {
        if (text.Length > 0)
            text.Append('&');
        text.Append(name).Append('=');
        KeyPath.AppendForm(text, value);
    }

    private static string WithQuery(string path, StringBuilder query) => query.Length == 0 ? path : $"{path}?{query}";
}
