using CoreNode.Proxy;

namespace CoreNode.Api.Relay;

/// <summary>What the forwarder has to know of a request beside its bytes.</summary>
/// <param name="Kind">What it may do.</param>
/// <param name="IsKey">It is one of /v2/keys: errors have that surface's shape.</param>
/// <param name="IsPlainRead">A read that the asked member answers by itself.</param>
internal readonly record struct ForwardedRequest(RequestKind Kind, bool IsKey, bool IsPlainRead);
