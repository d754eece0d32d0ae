using System.Net;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Peers;

/// <summary>
/// Log lines about others that come again and again: the same reason for the same peer once in an interval. Any thread.
/// </summary>
internal sealed class PeerComplaints(TimeSpan interval, TimeProvider time, ILogger log)
{
    // Strangers choose their addresses: what is remembered is bounded, and forgotten as a whole.
    private const int MaxRemembered = 1000;

    private readonly Lock _gate = new(); // _said
    private readonly Dictionary<(string Who, string What), long> _said = [];

    /// <summary>A connection from outside was refused or closed.</summary>
    public void Refused(EndPoint remote, NodeId node, ProtocolFault fault, string reason)
    {
        string who = remote is IPEndPoint ip ? ip.Address.ToString() : remote.ToString() ?? "";
        if (IsNew($"{who} {node}", PeerMetrics.Label(fault)))
            log.PeerRefused(Name(node), remote.ToString() ?? "", PeerMetrics.Label(fault), reason, Advice(fault));
    }

    /// <summary>No connection to a member.</summary>
    public void Unreachable(NodeId node, string urls, string reason)
    {
        if (IsNew(node.ToString(), reason))
            log.PeerUnreachable(node, urls, reason);
    }

    /// <summary>A member refuses this one.</summary>
    public void RefusedBy(NodeId node, string url, PeerRefusal refusal)
    {
        if (IsNew(node.ToString(), $"by {refusal.Reason}"))
            log.RefusedByPeer(node, url, refusal.Reason, refusal.Message);
    }

    /// <summary>More waits for a member than is allowed.</summary>
    public void Overflowed(NodeId node, ConnectionKind kind, long bytes)
    {
        if (IsNew(node.ToString(), $"overflow {kind}"))
            log.PeerOverflowed(node, kind, bytes);
    }

    private static string Name(NodeId node) => node.IsNone ? "that did not say who it is" : $"of member {node}";

    private static string Advice(ProtocolFault fault) => fault switch
    {
        ProtocolFault.NotAPeer =>
            "only members of the cluster may use the peer port: find out what runs there, or close the port to it",
        ProtocolFault.Version => "bring both to versions that are at most one apart",
        ProtocolFault.WrongCluster =>
            "correct its peer addresses (--initial-cluster), or remove its data folder and add it to this cluster",
        ProtocolFault.Removed => "stop it; to use the machine again, remove its data folder and add it anew",
        ProtocolFault.Unknown => "add it (corenode member add), or stop it",
        ProtocolFault.WrongMember => "correct the peer URLs (corenode member update): one leads to the wrong member",
        ProtocolFault.SetBack =>
            "its disk was set back: remove it from the cluster, remove its data folder and add it anew",
        ProtocolFault.Silent or ProtocolFault.TooMany =>
            "find out what connects to the peer port and says nothing",
        ProtocolFault.NotAuthorized =>
            "nodes need certificates of the peers' CA, or all the same secret --initial-cluster-token",
        ProtocolFault.Forged => "somebody between the two nodes changes what they send: find out who",
        ProtocolFault.Damaged or ProtocolFault.TooLong =>
            "if it happens again, check the network between the two, and their versions",
        ProtocolFault.NoTls =>
            "give it https peer URLs and --peer-cert-file, or find out what connects to the peer port",
        ProtocolFault.Tls => "give this member https peer URLs and --peer-cert-file, or the other one http URLs",
        ProtocolFault.Handshake =>
            "if it is a member, its log says why: it may not accept this one's certificate",
        ProtocolFault.Certificate =>
            "give it a certificate of a CA in --peer-trusted-ca-file, for clients and servers, that has not expired",
        ProtocolFault.Truncated => "it connects again by itself; look there if it does not",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
    };

    private bool IsNew(string who, string what)
    {
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (_said.TryGetValue((who, what), out long last) && time.GetElapsedTime(last, now) < interval)
                return false;
            if (_said.Count >= MaxRemembered)
                _said.Clear();
            _said[(who, what)] = now;
            return true;
        }
    }
}
