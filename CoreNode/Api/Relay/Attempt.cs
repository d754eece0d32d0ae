using CoreNode.Proxy;

namespace CoreNode.Api.Relay;

/// <summary>What came of one attempt to forward a request.</summary>
/// <param name="Fault">How it failed, if it did.</param>
/// <param name="Reason">For people; empty on success.</param>
/// <param name="Status">The member's HTTP status on success.</param>
internal readonly record struct Attempt(ForwardFault Fault, string Reason, int Status)
{
    /// <summary>The answer was passed on to its end.</summary>
    public static Attempt Done(int status) => new(ForwardFault.None, "", status);

    /// <summary>It failed.</summary>
    public static Attempt Failed(ForwardFault fault, string reason) => new(fault, reason, 0);
}
