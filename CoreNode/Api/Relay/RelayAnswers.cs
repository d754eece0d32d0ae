using CoreNode.Store;

namespace CoreNode.Api.Relay;

/// <summary>What a worker answers by itself when it cannot pass on what a member says.</summary>
internal static class RelayAnswers
{
    /// <summary>No member was reached: certainly nothing happened.</summary>
    public static Task Unreached(RequestContext context, bool isKey, string reason) => Fail(
        context, 503, isKey, $"this worker reaches no member, nothing was changed; try again ({reason})");

    /// <summary>A read or a watch got no answer.</summary>
    public static Task Lost(RequestContext context, bool isKey, bool isTimeout, string reason) => Fail(
        context, isTimeout ? 504 : 502, isKey, $"no answer came from the members; ask again ({reason})");

    /// <summary>A write was sent, and nobody knows what became of it.</summary>
    public static Task Unknown(RequestContext context, bool isKey, bool isTimeout, string reason) => Fail(
        context, isTimeout ? 504 : 502, isKey,
        $"the request was sent, but no answer came: it may have happened, or may still; read before you send it again "
        + $"({reason})");

    /// <summary>This worker passes on reads only.</summary>
    public static Task ReadOnly(RequestContext context) => context.Message(
        501,
        $"this worker passes on GET and HEAD only (--proxy readonly): {context.Method} is for a member or for a worker "
        + "with --proxy on");

    /// <summary>The request came from a worker: the members' URLs lead back to one.</summary>
    public static Task Loop(RequestContext context) => context.Message(
        508,
        "this is a worker, not a member, and the request came from a worker: --advertise-client-urls of a member leads "
        + "here; give it an address that reaches the member from this machine");

    private static Task Fail(RequestContext context, int status, bool isKey, string cause) => isKey
        ? KeyAnswer.Fail(context, status, KeyError.Of(ErrorCode.RaftInternal, cause))
        : context.Message(status, cause);
}
