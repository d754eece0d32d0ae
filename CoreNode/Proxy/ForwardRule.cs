namespace CoreNode.Proxy;

/// <summary>
/// What is sent again, and what never: a read as long as the client has not seen a byte of an answer; a watch or a
/// write only if it certainly never left this machine, which means that no connection could be made. Pure.
/// </summary>
public static class ForwardRule
{
    /// <summary>The next step.</summary>
    /// <param name="kind">What the request is.</param>
    /// <param name="fault">How the last attempt failed.</param>
    /// <param name="hasMore">There are members that were not asked yet.</param>
    public static ForwardStep Next(RequestKind kind, ForwardFault fault, bool hasMore) => (kind, fault) switch
    {
        (_, ForwardFault.CutOff) => ForwardStep.EndAnswer,
        (_, ForwardFault.NotConnected) => hasMore ? ForwardStep.NextMember : ForwardStep.TellUnreached,
        (RequestKind.Read, ForwardFault.StaleConnection) => ForwardStep.SameMember,
        (RequestKind.Read, ForwardFault.Broken or ForwardFault.TimedOut) =>
            hasMore ? ForwardStep.NextMember : ForwardStep.TellLost,
        (RequestKind.Wait, ForwardFault.StaleConnection or ForwardFault.Broken or ForwardFault.TimedOut) =>
            ForwardStep.TellLost,
        (RequestKind.Write, ForwardFault.StaleConnection or ForwardFault.Broken or ForwardFault.TimedOut) =>
            ForwardStep.TellUnknown,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
    };
}
