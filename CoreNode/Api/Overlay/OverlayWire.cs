using CoreNode.Api.Wire;
using CoreNode.Overlay.Desk;

namespace CoreNode.Api.Overlay;

/// <summary>Statuses, leases and what became of configurations as JSON. Pure.</summary>
internal static class OverlayWire
{
    /// <summary>Longest configuration.</summary>
    public const int MaxBodyBytes = 64 << 10;

    /// <summary>The status, on one line with its line feed.</summary>
    public static JsonBuffer Of(OverlayStatusView view)
    {
        JsonBuffer json = new(4096);
        json.Raw("{\"networks\":["u8);
        for (int at = 0; at < view.Networks.Count; at++)
        {
            json.Raw(at == 0 ? "{"u8 : ",{"u8);
            Append(json, view.Networks[at]);
            json.Raw("}"u8);
        }

        json.Raw("]}\n"u8);
        return json;
    }

    /// <summary>All leases that this machine knows, its own first in each network.</summary>
    public static JsonBuffer Leases(OverlayStatusView view)
    {
        JsonBuffer json = new(4096);
        json.Raw("{\"leases\":["u8);
        bool isFirst = true;
        foreach (OverlayNetworkView network in view.Networks)
        {
            if (network.Subnet.Length > 0)
            {
                Lease(new OverlayPeerView(
                    network.Subnet, network.Address, network.Backend, "", network.Until, ""), network.Name, true);
            }

            foreach (OverlayPeerView peer in network.Peers)
                Lease(peer, network.Name, false);
        }

        json.Raw("]}\n"u8);
        return json;

        void Lease(OverlayPeerView lease, string network, bool isOwn)
        {
            Text(json, isFirst ? "{\"network\":"u8 : ",{\"network\":"u8, network);
            json.Raw(isOwn ? ",\"own\":true,"u8 : ",\"own\":false,"u8);
            Append(json, lease);
            json.Raw("}"u8);
            isFirst = false;
        }
    }

    /// <summary>What became of a configuration.</summary>
    public static JsonBuffer Of(OverlayWishResult result)
    {
        JsonBuffer json = new(256);
        Text(json, "{\"result\":"u8, Word(result.Kind));
        List(json, ",\"problems\":["u8, result.Problems);
        List(json, ",\"effects\":["u8, result.Effects);
        json.Raw("}\n"u8);
        return json;
    }

    /// <summary>What became of it in one word.</summary>
    public static string Word(OverlayWishKind kind) => kind switch
    {
        OverlayWishKind.Stored => "stored",
        OverlayWishKind.Same => "same",
        OverlayWishKind.Checked => "checked",
        OverlayWishKind.Wrong => "wrong",
        OverlayWishKind.Moving => "moving",
        OverlayWishKind.Overtaken => "overtaken",
        OverlayWishKind.Unavailable => "unavailable",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such result"),
    };

    private static void Append(JsonBuffer json, OverlayNetworkView view)
    {
        Text(json, "\"network\":"u8, view.Name);
        json.Raw(view.IsReady ? ",\"ready\":true"u8 : ",\"ready\":false"u8);
        List(json, ",\"waiting\":["u8, view.Waiting);
        Text(json, ",\"range\":"u8, view.Range);
        Text(json, ",\"backend\":"u8, view.Backend);
        Text(json, ",\"subnet\":"u8, view.Subnet);
        Text(json, ",\"interface\":"u8, view.Interface);
        Text(json, ",\"address\":"u8, view.Address);
        Number(json, ",\"mtu\":"u8, view.Mtu);
        Number(json, ",\"until\":"u8, view.Until);
        Number(json, ",\"renewalAt\":"u8, view.RenewalAt);
        Number(json, ",\"storeAwaySince\":"u8, view.StoreAwaySince);
        json.Raw(",\"peers\":["u8);
        for (int at = 0; at < view.Peers.Count; at++)
        {
            json.Raw(at == 0 ? "{"u8 : ",{"u8);
            Append(json, view.Peers[at]);
            json.Raw("}"u8);
        }

        json.Raw("],\"faults\":["u8);
        for (int at = 0; at < view.Faults.Count; at++)
        {
            Number(json, at == 0 ? "{\"at\":"u8 : ",{\"at\":"u8, view.Faults[at].At);
            Text(json, ",\"reason\":"u8, view.Faults[at].Reason);
            json.Raw("}"u8);
        }

        json.Raw("]"u8);
    }

    private static void Append(JsonBuffer json, OverlayPeerView peer)
    {
        Text(json, "\"subnet\":"u8, peer.Subnet);
        Text(json, ",\"address\":"u8, peer.Address);
        Text(json, ",\"backend\":"u8, peer.Backend);
        Text(json, ",\"mac\":"u8, peer.Mac);
        Number(json, ",\"until\":"u8, peer.Until);
        Text(json, ",\"reason\":"u8, peer.Reason);
    }

    private static void List(JsonBuffer json, ReadOnlySpan<byte> head, IReadOnlyList<string> texts)
    {
        json.Raw(head);
        for (int at = 0; at < texts.Count; at++)
            Text(json, at == 0 ? ""u8 : ","u8, texts[at]);
        json.Raw("]"u8);
    }

    private static void Text(JsonBuffer json, ReadOnlySpan<byte> head, string text)
    {
        json.Raw(head);
        json.Quoted(text);
    }

    private static void Number(JsonBuffer json, ReadOnlySpan<byte> head, long number)
    {
        json.Raw(head);
        json.Number(number);
    }
}
