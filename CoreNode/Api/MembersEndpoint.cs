using System.Globalization;
using System.Text;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>/v2/members: who is in the cluster, and changes of it.</summary>
internal sealed class MembersEndpoint(ApiOptions options, IClusterView cluster, ClusterIdHeader clusterId)
{
    /// <summary>Answers a request for what follows "/v2/members".</summary>
    public Task Answer(RequestContext context, ReadOnlySpan<byte> rest)
    {
        if (context.Method is not ("GET" or "POST" or "DELETE" or "PUT"))
            return context.MethodNotAllowed("GET,POST,DELETE,PUT");
        clusterId.Apply(context);
        string name = Encoding.UTF8.GetString(rest.StartsWith("/"u8) ? rest[1..] : rest);
        if (context.Method is "GET")
            return Show(context, name);
        if (context.Method is "POST")
            return AddAsync(context);
        if (name.Length == 0)
            return context.PlainError(405, "Method Not Allowed\n"u8);
        if (!ulong.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong id))
            return NoSuchMember(context, name);
        return context.Method is "DELETE" ? Remove(context, new NodeId(id)) : UpdateAsync(context, new NodeId(id));
    }

    /// <summary>The only place that refuses what needs a cluster: a change of members that is valid.</summary>
    private static Task Refuse(RequestContext context) => context.Message(
        503, "this version runs clusters of one member: changing the members is not possible yet");

    private static Task NoSuchMember(RequestContext context, string id) =>
        context.Message(404, $"No such member: {id}");

    private Task Show(RequestContext context, string name)
    {
        JsonBuffer json = RequestScratch.Current.TakeJson();
        switch (name)
        {
            case "":
                MemberJson.WriteList(json, cluster.Members);
                return context.Json(json);
            case "leader":
                Member? leader = Find(cluster.Leader);
                if (leader is null)
                    return context.Message(503, "During election");
                MemberJson.Write(json, leader);
                json.Raw("\n"u8);
                return context.Json(json);
            default:
                return context.Message(404, "Not found");
        }
    }

    private async Task AddAsync(RequestContext context)
    {
        (IReadOnlyList<string>? urls, Task? refusal) = await ReadUrlsAsync(context);
        await (refusal ?? (IsTaken(urls!, NodeId.None) ? Taken(context) : Refuse(context)));
    }

    private async Task UpdateAsync(RequestContext context, NodeId id)
    {
        (IReadOnlyList<string>? urls, Task? refusal) = await ReadUrlsAsync(context);
        if (refusal is null && Find(id) is null)
            refusal = NoSuchMember(context, id.ToString());
        await (refusal ?? (IsTaken(urls!, id) ? Taken(context) : Refuse(context)));
    }

    private Task Remove(RequestContext context, NodeId id) =>
        Find(id) is null ? NoSuchMember(context, id.ToString()) : Refuse(context);

    private static Task Taken(RequestContext context) => context.Message(409, "membership: peerURL exists");

    private async ValueTask<(IReadOnlyList<string>? Urls, Task? Refusal)> ReadUrlsAsync(RequestContext context)
    {
        string type = context.RequestHeaders.ContentType.ToString();
        int semicolon = type.IndexOf(';');
        if (semicolon >= 0)
            type = type[..semicolon].ToLowerInvariant().Trim();
        if (type != RequestContext.JsonType)
            return (null, context.Message(415, $"Bad Content-Type {type}, accept application/json"));
        RequestBody body = await BodyReader.ReadAsync(context, options.MaxJsonBytes);
        if (body.IsTooLong)
            return (null, context.Message(413, $"the body is longer than {options.MaxJsonBytes} bytes"));
        IReadOnlyList<string>? urls = PeerUrls.Read(body.Bytes.Span, out string error);
        return (urls, urls is null ? context.Message(400, error) : null);
    }

    private Member? Find(NodeId id) => id.IsNone ? null : cluster.Members.FirstOrDefault(m => m.Id == id);

    private bool IsTaken(IReadOnlyList<string> urls, NodeId except) =>
        cluster.Members.Any(m => m.Id != except && m.PeerUrls.Intersect(urls).Any());
}
