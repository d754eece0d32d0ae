using System.Globalization;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Books;
using CoreNode.Windows;

namespace CoreNode.Updates.Server.Orders;

/// <summary>Orders about channels, carried out by the ledger.</summary>
internal static class ChannelOrders
{
    private const int MostChannels = 1000;

    public static CatalogueChannel Add(OrderDesk desk, Actor who, string idOrName, string name, string board)
    {
        CatalogueApp app = desk.App(idOrName);
        Catalogue catalogue = desk.Books.Catalogue;
        CatalogueChannel channel = new()
        {
            Id = desk.NewNumber(),
            App = app.Id,
            Name = Words.Name("a channel", name),
            Board = Words.NameOrNone("a board", board),
            Since = desk.Moment,
        };
        Refuse(catalogue, channel);
        if (catalogue.Channels.Count >= MostChannels)
            throw new CatalogueException(CatalogueFault.Full, $"there are {MostChannels} channels already");
        desk.Set(With(catalogue, [.. catalogue.Channels, channel]));
        long number = desk.Book(app).Number;
        desk.Changes.Write(tables => tables.Run(
            "INSERT INTO channel VALUES (?1, ?2, ?3, ?4, NULL, ?5, NULL, 0, 0, 0, 0)",
            channel.Id, number, channel.Name, channel.Board, UnixTime.Of(channel.Since)));
        desk.Audit(who, "channel.add", Subject(desk, channel), "");
        return channel;
    }

    public static CatalogueChannel Rename(OrderDesk desk, Actor who, long id, string name)
    {
        CatalogueChannel before = desk.Channel(id);
        CatalogueChannel channel = before with { Name = Words.Name("a channel", name) };
        if (channel.Name != before.Name)
            Refuse(desk.Books.Catalogue, channel);
        Replace(desk, channel);
        desk.Changes.Write(tables => tables.Run("UPDATE channel SET name = ?2 WHERE number = ?1", id, name));
        desk.Audit(who, "channel.rename", Subject(desk, before), channel.Name);
        return channel;
    }

    public static CatalogueChannel Remove(OrderDesk desk, Actor who, long id)
    {
        CatalogueChannel channel = desk.Channel(id);
        Catalogue catalogue = desk.Books.Catalogue;
        foreach (CatalogueGroup group in catalogue.Groups)
        {
            if (group.Channel == id)
                throw OrderDesk.Conflict($"group {group.Name} follows {channel.Name}: let it follow another channel");
        }

        List<CatalogueChannel> others = [];
        foreach (CatalogueChannel one in catalogue.Channels)
        {
            if (one.Id != id)
                others.Add(one.Promotion?.To == id ? one with { Promotion = null } : one);
        }

        desk.Set(With(catalogue, others));
        desk.Changes.Write(tables => tables.Run("DELETE FROM channel WHERE number = ?1", id));
        desk.Audit(who, "channel.remove", Subject(desk, channel), "");
        return channel;
    }

    /// <summary>Makes a channel lead to a package: rollouts begin.</summary>
    public static CatalogueChannel SetPackage(OrderDesk desk, Actor who, long id, long? package)
    {
        CatalogueChannel before = desk.Channel(id);
        CataloguePackage? target = package is { } number ? Fitting(desk, before, number) : null;
        if (target is { Full: null })
        {
            throw OrderDesk.Conflict(
                $"package {PackageOrders.Described(target)} has no full payload: machines that run anything else than "
                + "its deltas need could not be updated");
        }

        if (before.Package == package)
            return before;
        CatalogueChannel channel = Replace(desk, before with { Package = package, Since = desk.Moment });
        desk.Changes.Write(tables => tables.Run(
            "UPDATE channel SET package = ?2, since = ?3 WHERE number = ?1",
            id, package, UnixTime.Of(channel.Since)));
        Follow(desk, id);
        desk.Audit(
            who, "channel.set", Subject(desk, channel),
            target is null ? "no package" : PackageOrders.Described(target));
        return channel;
    }

    public static CatalogueChannel SetFloor(OrderDesk desk, Actor who, long id, long package, string? reason)
    {
        CatalogueChannel before = desk.Channel(id);
        List<CatalogueFloor> floors = AppOrders.Keep(before.Floors, floor => floor.Package != package);
        CataloguePackage target = Fitting(desk, before, package);
        if (reason is null && floors.Count == before.Floors.Count)
            throw OrderDesk.Missing($"{PackageOrders.Described(target)} is no floor of channel {before.Name}");
        if (reason is not null && target.Full is null)
            throw OrderDesk.Conflict($"package {PackageOrders.Described(target)} has no full payload");
        if (reason is not null)
            floors.Add(new CatalogueFloor(package, Words.Text("the reason", reason)));
        CatalogueChannel channel = Replace(desk, before with { Floors = floors });
        desk.Changes.Write(tables =>
        {
            tables.Run("DELETE FROM floor WHERE channel = ?1 AND package = ?2", id, package);
            if (reason is not null)
                tables.Run("INSERT INTO floor VALUES (?1, ?2, ?3)", id, package, reason);
        });
        Follow(desk, id);
        desk.Audit(
            who, reason is null ? "channel.remove-floor" : "channel.set-floor", Subject(desk, channel),
            $"{PackageOrders.Described(target)}: {reason}");
        return desk.Channel(id);
    }

    public static CatalogueChannel SetPromotion(OrderDesk desk, Actor who, long id, ChannelPromotion? promotion)
    {
        CatalogueChannel before = desk.Channel(id);
        if (promotion is not null)
        {
            CatalogueChannel to = desk.Channel(promotion.To);
            if (to.App != before.App || to.Board != before.Board || to.Id == before.Id)
                throw OrderDesk.Invalid("a promotion leads to another channel of the same application and board");
            if (PolicyRules.Check(promotion.Rule) is { Count: > 0 } faults)
                throw OrderDesk.Invalid(string.Join("; ", faults));
        }

        CatalogueChannel channel = Replace(desk, before with { Promotion = promotion });
        PromotionRule? rule = promotion?.Rule;
        desk.Changes.Write(tables => tables.Run(
            "UPDATE channel SET promote_to = ?2, soak = ?3, max_error_ppm = ?4, min_succeeded = ?5, "
            + "is_automatic = ?6 WHERE number = ?1",
            id, promotion?.To, (long)(rule?.Soak.TotalSeconds ?? 0), (long)Math.Round((rule?.MaxErrorShare ?? 0) * 1e6),
            (long)(rule?.MinSucceeded ?? 0), rule?.IsAutomatic ?? false));
        desk.Audit(
            who, "channel.promotion", Subject(desk, channel),
            promotion is null ? "none" : $"to {desk.Channel(promotion.To).Name} {Text(promotion.Rule)}");
        return channel;
    }

    private static string Text(PromotionRule rule) => string.Create(
        CultureInfo.InvariantCulture,
        $"after {DurationText.Format(rule.Soak)}, if at least {rule.MinSucceeded} run it and at most "
        + $"{rule.MaxErrorShare * 100:0.##} % failed{(rule.IsAutomatic ? ", by itself" : "")}");

    /// <summary>Makes a channel lead where another one leads, with its floors.</summary>
    public static CatalogueChannel Promote(OrderDesk desk, Actor who, long from, long to, bool isForced)
    {
        CatalogueChannel source = desk.Channel(from);
        long target = to != 0 ? to : source.Promotion?.To
            ?? throw OrderDesk.Invalid($"channel {source.Name} has no rule that says where to: name a channel");
        CatalogueChannel channel = desk.Channel(target);
        if (source.App != channel.App || source.Id == channel.Id)
            throw OrderDesk.Invalid("a promotion leads to another channel of the same application");
        if (source.Package is not { } package)
            throw OrderDesk.Conflict($"channel {source.Name} leads to no package");
        if (!isForced && source.Promotion?.To == target && Judge(desk, source) is { IsReady: false } verdict)
            throw OrderDesk.Conflict($"channel {source.Name} keeps its package for now: {verdict.Text}");
        foreach (CatalogueFloor floor in source.Floors)
        {
            bool isThere = AppOrders.Keep(channel.Floors, one => one.Package == floor.Package).Count > 0;
            if (!isThere)
                SetFloor(desk, who, target, floor.Package, floor.Reason);
        }

        return SetPackage(desk, who, target, package);
    }

    /// <summary>Whether a channel's package may go on by its rule; null without a rule.</summary>
    public static PromotionVerdict? Judge(OrderDesk desk, CatalogueChannel channel)
    {
        if (channel.Promotion is not { } promotion)
            return null;
        List<PromotionFacts> facts = [];
        foreach (CatalogueGroup group in desk.Books.Catalogue.Groups)
        {
            if (group.Channel != channel.Id)
                continue;
            GroupBook book = desk.Book(group);
            facts.Add(new PromotionFacts(
                UnixTime.From(book.Started), book.Rollout.Standing, book.Rollout.Count(desk.Moment)));
        }

        return Promotion.Judge(promotion.Rule, facts, desk.Moment);
    }

    private static CataloguePackage Fitting(OrderDesk desk, CatalogueChannel channel, long package)
    {
        CataloguePackage target = desk.Package(package);
        bool isFitting = target.App == channel.App
            && (channel.Board.Length == 0 || target.Board.Length == 0 || channel.Board == target.Board);
        return isFitting ? target : throw OrderDesk.Invalid(
            $"package {PackageOrders.Described(target)} is not for channel {channel.Name} ({channel.Board}): "
            + "application and board must be the same");
    }

    private static void Refuse(Catalogue catalogue, CatalogueChannel channel)
    {
        foreach (CatalogueChannel one in catalogue.Channels)
        {
            if (one.App == channel.App && one.Name == channel.Name && one.Board == channel.Board)
                throw OrderDesk.Conflict($"there is a channel {channel.Name} for that board already");
        }
    }

    private static void Follow(OrderDesk desk, long channel)
    {
        foreach (CatalogueGroup group in desk.Books.Catalogue.Groups)
        {
            if (group.Channel == channel)
                desk.Releases.Follow(desk.Book(group), desk.Changes);
        }
    }

    private static CatalogueChannel Replace(OrderDesk desk, CatalogueChannel channel)
    {
        Catalogue catalogue = desk.Books.Catalogue;
        desk.Set(With(catalogue, [.. AppOrders.Keep(catalogue.Channels, one => one.Id != channel.Id), channel]));
        return channel;
    }

    private static string Subject(OrderDesk desk, CatalogueChannel channel)
    {
        string app = desk.Books.Catalogue.FindApp(channel.App)?.Name ?? channel.App;
        return channel.Board.Length == 0 ? $"{app}/{channel.Name}" : $"{app}/{channel.Name} ({channel.Board})";
    }

    private static Catalogue With(Catalogue catalogue, List<CatalogueChannel> channels) =>
        CatalogueOrder.Of(catalogue.Apps, catalogue.Packages, channels, catalogue.Groups, catalogue.Upstreams);
}
