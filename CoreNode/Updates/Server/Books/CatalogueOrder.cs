using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Server.Books;

/// <summary>Catalogues with everything in its order, so that lists look the same to everybody.</summary>
internal static class CatalogueOrder
{
    /// <summary>A catalogue of these.</summary>
    public static Catalogue Of(
        IEnumerable<CatalogueApp> apps,
        IEnumerable<CataloguePackage> packages,
        IEnumerable<CatalogueChannel> channels,
        IEnumerable<CatalogueGroup> groups,
        IEnumerable<CatalogueUpstream> upstreams)
    {
        CataloguePackage[] packageList = [.. packages];
        Array.Sort(packageList, static (one, other) => First(
            string.CompareOrdinal(one.App, other.App), one.Id.CompareTo(other.Id)));
        CatalogueApp[] appList = [.. apps];
        Array.Sort(appList, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        CatalogueChannel[] channelList = [.. channels];
        for (int i = 0; i < channelList.Length; i++)
            channelList[i] = WithOrderedFloors(channelList[i], packageList);
        Array.Sort(channelList, static (one, other) => First(
            string.CompareOrdinal(one.App, other.App),
            string.CompareOrdinal(one.Name, other.Name),
            string.CompareOrdinal(one.Board, other.Board)));
        CatalogueGroup[] groupList = [.. groups];
        Array.Sort(groupList, static (one, other) => First(
            string.CompareOrdinal(one.App, other.App), string.CompareOrdinal(one.Name, other.Name)));
        return new Catalogue
        {
            Apps = appList,
            Packages = packageList,
            Channels = channelList,
            Groups = groupList,
            Upstreams = UpstreamsOf(upstreams, channelList),
        };
    }

    // A channel that is gone takes its upstream along.
    private static List<CatalogueUpstream> UpstreamsOf(
        IEnumerable<CatalogueUpstream> upstreams, CatalogueChannel[] channels)
    {
        List<CatalogueUpstream> kept = [];
        foreach (CatalogueUpstream upstream in upstreams)
        {
            if (Array.Exists(channels, channel => channel.Id == upstream.Channel))
                kept.Add(upstream);
        }

        kept.Sort(static (one, other) => one.Id.CompareTo(other.Id));
        return kept;
    }

    private static CatalogueChannel WithOrderedFloors(CatalogueChannel channel, CataloguePackage[] packages)
    {
        if (channel.Floors.Count < 2)
            return channel;
        CatalogueFloor[] floors = [.. channel.Floors];
        Array.Sort(floors, (one, other) => VersionOrder.Compare(
            VersionOf(one.Package, packages), VersionOf(other.Package, packages)));
        return channel with { Floors = floors };
    }

    private static string VersionOf(long package, CataloguePackage[] packages) =>
        Array.Find(packages, one => one.Id == package)?.Version ?? "";

    private static int First(params ReadOnlySpan<int> orders)
    {
        foreach (int order in orders)
        {
            if (order != 0)
                return order;
        }

        return 0;
    }
}
