using System.Globalization;
using System.Text;
using CoreNode.Api.Auth;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>
/// /v2/members: who is in the cluster, and changes of it. What etcd has is answered as etcd does; ours are
/// POST /v2/members/ID/promote, POST /v2/members/leader?id=ID and ?force=true.
/// </summary>
internal sealed class MembersEndpoint(
    ApiOptions options, IClusterView cluster, IMembership membership, ClusterIdHeader clusterId)
{
    private const string PromoteSuffix = "/promote";

    /// <summary>Answers a request for what follows "/v2/members".</summary>
    public Task Answer(RequestContext context, ReadOnlySpan<byte> rest, ReadOnlySpan<byte> query)
    {
        if (context.Method is not ("GET" or "POST" or "DELETE" or "PUT"))
            return context.MethodNotAllowed("GET,POST,DELETE,PUT");
        if (context.Method is not "GET" && context.Rights is { IsRoot: false })
            return AuthRefusal.Root(context);
        clusterId.Apply(context);
        string name = Encoding.UTF8.GetString(rest.StartsWith("/"u8) ? rest[1..] : rest);
        if (context.Method is "GET")
            return Show(context, name);
        bool isForced = QueryText.IsSet(query, "force"u8);
        if (context.Method is "POST")
            return Post(context, name, isForced, QueryText.Find(query, "id"u8));
        if (name.Length == 0)
            return context.PlainError(405, "Method Not Allowed\n"u8);
        if (!TryParse(name, out NodeId id))
            return NoSuchMember(context, name);
        return context.Method is "DELETE"
            ? ChangeAsync(context, MemberOperation.Remove, id, [], isForced)
            : UpdateAsync(context, id, isForced);
    }

    private static bool TryParse(string text, out NodeId id)
    {
        bool isNumber = ulong.TryParse(
            text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value);
        id = new NodeId(value);
        return isNumber;
    }

    private static Task NoSuchMember(RequestContext context, string id) =>
        context.Message(404, $"No such member: {id}");

    private Task Show(RequestContext context, string name)
    {
        JsonBuffer json = RequestScratch.Current.TakeJson();
        switch (name)
        {
            case "":
                MemberJson.WriteList(json, cluster.Members, cluster.Status.Learners);
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

    // etcd adds a member whatever follows the path; what it can never mean there is ours.
    private Task Post(RequestContext context, string name, bool isForced, string? target)
    {
        if (name == "leader")
            return MoveLeaderAsync(context, target);
        if (!name.EndsWith(PromoteSuffix, StringComparison.Ordinal))
            return AddAsync(context, isForced);
        string id = name[..^PromoteSuffix.Length];
        return TryParse(id, out NodeId node)
            ? ChangeAsync(context, MemberOperation.Promote, node, [], isForced)
            : NoSuchMember(context, id);
    }

    private async Task AddAsync(RequestContext context, bool isForced)
    {
        (IReadOnlyList<string>? urls, Task? refusal) = await ReadUrlsAsync(context);
        await (refusal ?? ChangeAsync(context, MemberOperation.Add, NodeId.None, urls!, isForced));
    }

    private async Task UpdateAsync(RequestContext context, NodeId id, bool isForced)
    {
        (IReadOnlyList<string>? urls, Task? refusal) = await ReadUrlsAsync(context);
        await (refusal ?? ChangeAsync(context, MemberOperation.Update, id, urls!, isForced));
    }

    private async Task ChangeAsync(
        RequestContext context, MemberOperation operation, NodeId node, IReadOnlyList<string> urls, bool isForced)
    {
        MemberChange change = new() { Operation = operation, Node = node, PeerUrls = urls, IsForced = isForced };
        await AnswerAsync(context, change, Foresee(change) is { } foreseen
            ? ValueTask.FromResult(foreseen)
            : membership.ChangeAsync(change, context.ClientGone));
    }

    private static async Task AnswerAsync(
        RequestContext context, MemberChange change, ValueTask<MemberChangeOutcome> asked)
    {
        MemberChangeOutcome outcome;
        try
        {
            outcome = await asked;
        }
        catch (OperationCanceledException) when (context.ClientGone.IsCancellationRequested)
        {
            return;
        }

        (int status, string message) = MemberChangeStatus.Of(change, outcome);
        if (message.Length > 0)
            await context.Message(status, message);
        else if (outcome.Member is { } added && change.Operation == MemberOperation.Add)
            await ShowAdded(context, added);
        else
            context.Status = status;
    }

    // What this member knows to be impossible needs no leader: etcd, too, answers these without a quorum.
    private MemberChangeOutcome? Foresee(MemberChange change)
    {
        MemberChangeCode code = MemberChangeCode.Done;
        if (change.Operation != MemberOperation.Add && Find(change.Node) is null)
        {
            code = cluster.IsRemoved(change.Node) ? MemberChangeCode.AlreadyRemoved : MemberChangeCode.UnknownMember;
        }
        else if (IsTaken(change.PeerUrls, change.Node))
            code = MemberChangeCode.PeerUrlTaken;
        return code == MemberChangeCode.Done ? null : new MemberChangeOutcome(code, "", null);
    }

    private static Task ShowAdded(RequestContext context, Member added)
    {
        JsonBuffer json = RequestScratch.Current.TakeJson();
        MemberJson.Write(json, added);
        json.Raw("\n"u8);
        return context.Json(201, json);
    }

    private async Task MoveLeaderAsync(RequestContext context, string? target)
    {
        NodeId node = NodeId.None;
        if (target is not null && (!TryParse(target, out node) || Find(node) is null))
        {
            await NoSuchMember(context, target);
            return;
        }

        MemberChange change = new() { Operation = MemberOperation.Promote, Node = node };
        await AnswerAsync(context, change, membership.MoveLeaderAsync(node, context.ClientGone));
    }

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
        if (body.NoRoom is { } noRoom)
            return (null, LimitAnswer.Message(context, noRoom));
        IReadOnlyList<string>? urls = PeerUrls.Read(body.Bytes.Span, out string error);
        return (urls, urls is null ? context.Message(400, error) : null);
    }

    private Member? Find(NodeId id) => id.IsNone ? null : cluster.Members.FirstOrDefault(m => m.Id == id);

    private bool IsTaken(IReadOnlyList<string> urls, NodeId except) =>
        cluster.Members.Any(m => m.Id != except && m.PeerUrls.Intersect(urls).Any());
}
