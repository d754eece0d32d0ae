using System.Text;
using CoreNode.Store;

namespace CoreNode.Api.Limits;

/// <summary>
/// Refusals in the shape of the surface: etcd's error object on /v2/keys, {"message":…} on the rest of /v2, a line of
/// text elsewhere.
/// </summary>
internal static class LimitAnswer
{
    /// <summary>Refuses a request before it is looked at.</summary>
    public static Task Refuse(RequestContext context, LimitRule rule)
    {
        string target = context.RawTarget;
        if (target.StartsWith("/v2/keys", StringComparison.Ordinal))
            return RefuseKey(context, rule);
        if (target.StartsWith("/v2/", StringComparison.Ordinal))
            return Message(context, rule);
        Prepare(context, rule);
        return context.PlainError(rule.Status, Encoding.UTF8.GetBytes(context.Client.Message(rule) + "\n"));
    }

    /// <summary>Refuses a request of /v2/keys.</summary>
    public static Task RefuseKey(RequestContext context, LimitRule rule)
    {
        Prepare(context, rule);
        return KeyAnswer.Fail(
            context, rule.Status, KeyError.Of(ErrorCode.RaftInternal, context.Client.Message(rule)));
    }

    /// <summary>Refuses a request of another surface that speaks JSON.</summary>
    public static Task Message(RequestContext context, LimitRule rule)
    {
        Prepare(context, rule);
        return context.Message(rule.Status, context.Client.Message(rule));
    }

    private static void Prepare(RequestContext context, LimitRule rule)
    {
        if (rule.IsTemporary)
            context.Headers.RetryAfter = "1";
    }
}
