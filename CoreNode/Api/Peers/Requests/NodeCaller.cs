using CoreNode.Foundation;

namespace CoreNode.Api.Peers.Requests;

/// <summary>The node that asks, and how it proved that it belongs here.</summary>
/// <param name="Node">What it calls itself; a proof of its own only as far as the certificate names it.</param>
/// <param name="Proof">How it proved that it may ask.</param>
/// <param name="CertificateName">Common name of its certificate; null without one.</param>
public sealed record NodeCaller(NodeId Node, NodeProof Proof, string? CertificateName);
