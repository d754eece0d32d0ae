using CoreNode.Api.Auth;

namespace CoreNode.Api;

/// <summary>/corenode/v1: what has no ancestor in etcd. Read-only.</summary>
internal sealed class OwnEndpoint(StatusPage status, BackupEndpoint backup)
{
    /// <summary>Answers a request for what follows "/corenode/v1"; null if there is none such.</summary>
    public Task? Answer(RequestContext context, ReadOnlySpan<byte> rest, ReadOnlySpan<byte> query)
    {
        bool isStatus = rest.SequenceEqual("/status"u8);
        if (!isStatus && !rest.SequenceEqual("/snapshot"u8))
            return null;
        if (context.Method != "GET")
            return context.MethodNotAllowed("GET");
        if (!isStatus && context.Rights is { IsRoot: false })
            return AuthRefusal.Root(context);
        return isStatus ? status.Answer(context) : backup.AnswerAsync(context, QueryText.IsSet(query, "local"u8));
    }
}
