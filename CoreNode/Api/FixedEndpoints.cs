using CoreNode.Api.Access;

namespace CoreNode.Api;

/// <summary>Finds who answers what is not under /v2/keys: fixed paths, as Go's ServeMux matches them.</summary>
internal sealed class FixedEndpoints(
    MembersEndpoint members, AuthEndpoint auth, StatsEndpoint stats, NodeEndpoint node, OwnEndpoint own)
{
    /// <summary>What is administered here besides the store; none if null. Set before the first request.</summary>
    public IAdminSurface? Admin { get; set; }

    /// <summary>Answers a request for a path and query, which lie in scratch memory.</summary>
    public Task Answer(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        if (path.StartsWith("/corenode/v1/"u8) && own.Answer(context, path[12..], query) is { } answered)
            return answered;
        if (Surfaces.IsOwn(path))
            return Admin?.Answer(context, path, query) ?? context.NotFound();
        if (!path.StartsWith("/v2/"u8))
            return node.Answer(context, path) ?? context.NotFound();
        ReadOnlySpan<byte> rest = path[3..];
        if (rest.SequenceEqual("/machines"u8))
            return node.Machines(context);
        if (IsUnder(rest, "/members"u8, out ReadOnlySpan<byte> member))
            return members.Answer(context, member, query);
        Task? answer = null;
        if (IsUnder(rest, "/stats"u8, out ReadOnlySpan<byte> stat))
            answer = stats.Answer(context, stat);
        else if (IsUnder(rest, "/auth"u8, out ReadOnlySpan<byte> user))
            answer = auth.Answer(context, user);
        return answer ?? context.NotFound();
    }

    /// <summary>True for requests that look at what whoever asks may do.</summary>
    public static bool NeedsRights(string method, ReadOnlySpan<byte> path) =>
        path.StartsWith("/v2/auth/"u8)
        || (method != "GET" && path.StartsWith("/v2/members"u8))
        || path.SequenceEqual("/corenode/v1/snapshot"u8);

    private static bool IsUnder(ReadOnlySpan<byte> path, ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (!path.StartsWith(prefix))
            return false;
        rest = path[prefix.Length..];
        return rest.IsEmpty || rest[0] == '/';
    }
}
