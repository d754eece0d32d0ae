namespace CoreNode.Updates.Server.Orders;

/// <summary>Orders about update servers elsewhere, carried out by the ledger.</summary>
internal static class UpstreamOrders
{
    private static readonly TimeSpan s_least = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_most = TimeSpan.FromDays(30);

    public static UpstreamAnswer Set(OrderDesk desk, Actor who, long id, UpstreamWish? wish)
    {
        CatalogueChannel channel = desk.Channel(id);
        Catalogue catalogue = desk.Books.Catalogue;
        string subject = $"{desk.App(channel.App).Name}/{channel.Name}";
        List<CatalogueUpstream> upstreams = AppOrders.Keep(catalogue.Upstreams, one => one.Channel != id);
        desk.Changes.Write(tables => tables.Run("DELETE FROM upstream WHERE channel = ?1", id));
        if (wish is null)
        {
            desk.Set(catalogue with { Upstreams = upstreams });
            desk.Audit(who, "channel.upstream", subject, "none");
            return new UpstreamAnswer(null);
        }

        CatalogueUpstream upstream = Of(desk, channel, wish);
        desk.Set(catalogue with { Upstreams = [.. upstreams, upstream] });
        desk.Changes.Write(tables => tables.Run(
            "INSERT INTO upstream VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, '')",
            upstream.Id, id, upstream.Url, upstream.App, upstream.Track, upstream.Board, upstream.Machine,
            (long)upstream.Every.TotalSeconds));
        desk.Audit(who, "channel.upstream", subject, $"{upstream.Url} {upstream.App} {upstream.Track}");
        return new UpstreamAnswer(upstream);
    }

    /// <summary>Notes what asking came to.</summary>
    public static CatalogueUpstream Note(OrderDesk desk, CatalogueUpstream asked, string result)
    {
        Catalogue catalogue = desk.Books.Catalogue;
        if (catalogue.FindUpstream(asked.Channel) is not { } upstream || upstream.Id != asked.Id)
            return asked;
        CatalogueUpstream noted = upstream with
        {
            Checked = desk.Moment,
            Result = Words.Line(result),
        };
        desk.Set(catalogue with
        {
            Upstreams = [.. AppOrders.Keep(catalogue.Upstreams, one => one.Id != asked.Id), noted],
        });
        long now = desk.Now;
        desk.Changes.Write(tables => tables.Run(
            "UPDATE upstream SET checked = ?2, result = ?3 WHERE number = ?1", noted.Id, now, noted.Result));
        return noted;
    }

    private static CatalogueUpstream Of(OrderDesk desk, CatalogueChannel channel, UpstreamWish wish)
    {
        bool isUrl = Uri.TryCreate(wish.Url, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
        if (!isUrl)
            throw OrderDesk.Invalid($"{Words.Shown(wish.Url)} is no http or https URL");
        if (wish.Every < s_least || wish.Every > s_most)
            throw OrderDesk.Invalid("an upstream server is asked each minute at most, and each 30 days at least");
        return new CatalogueUpstream
        {
            Id = desk.NewNumber(),
            Channel = channel.Id,
            Url = url!.AbsoluteUri,
            App = Words.Id("the application there", wish.App ?? channel.App),
            Track = Words.Name("the group there", wish.Track ?? channel.Name),
            Board = Words.NameOrNone("a board", wish.Board ?? channel.Board),
            Machine = Words.Id("this server", null).Replace("-", "", StringComparison.Ordinal),
            Every = wish.Every,
        };
    }
}
