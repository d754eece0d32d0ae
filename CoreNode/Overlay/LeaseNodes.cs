using System.Globalization;
using CoreNode.Overlay.Model;
using CoreNode.Store;

namespace CoreNode.Overlay;

/// <summary>Leases as the store shows them. Pure.</summary>
internal static class LeaseNodes
{
    /// <summary>A key below "subnets"; null for anything else.</summary>
    public static StoredLease? Read(OverlayKeys keys, KvNode node)
    {
        if (node.IsDirectory || node.Value is null || keys.NameOf(node.Key) is not { } name)
            return null;
        DateTimeOffset? expiration = node.Expiration is null ? null
            : DateTimeOffset.TryParse(
                node.Expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset end)
                ? end : DateTimeOffset.MaxValue;
        return new StoredLease(name, node.Value, node.CreatedIndex, node.ModifiedIndex, expiration);
    }

    /// <summary>All of a listing.</summary>
    public static List<StoredLease> ReadAll(OverlayKeys keys, KvNode? listing)
    {
        List<StoredLease> leases = [];
        foreach (KvNode node in listing?.Nodes ?? [])
        {
            if (Read(keys, node) is { } lease)
                leases.Add(lease);
        }

        return leases;
    }
}
