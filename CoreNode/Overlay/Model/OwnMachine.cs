using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>What this machine puts into its lease, and the interface by which it reaches others.</summary>
/// <param name="Value">The lease's value.</param>
/// <param name="Below">The interface.</param>
/// <param name="LocalV4">Its address that packets leave from; others may see another one.</param>
/// <param name="LocalV6">The same of IPv6.</param>
public sealed record OwnMachine(LeaseValue Value, InterfaceFacts Below, IPAddress? LocalV4, IPAddress? LocalV6)
{
    /// <summary>The value as it is written.</summary>
    public string Text { get; } = LeaseJson.Write(Value);
}
