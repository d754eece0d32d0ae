using System.Globalization;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>Orders about groups, carried out by the ledger.</summary>
internal static class GroupOrders
{
    private const int MostGroups = 1000;

    public static CatalogueGroup Add(OrderDesk desk, Actor who, string idOrName, GroupWish wish)
    {
        CatalogueApp app = desk.App(idOrName);
        Catalogue catalogue = desk.Books.Catalogue;
        if (catalogue.Groups.Count >= MostGroups)
            throw new CatalogueException(CatalogueFault.Full, $"there are {MostGroups} groups already");
        CatalogueGroup group = new()
        {
            Id = Words.Id("a group", wish.Id),
            App = app.Id,
            Name = Words.Name("a group", wish.Name),
            Track = Words.NameOrNone("a track", wish.Track ?? ""),
            Description = Words.Text("the description", wish.Description ?? ""),
            Channel = Channel(desk, app, wish.Channel, null),
            Policy = Policy(wish.Policy ?? new RolloutPolicy()),
            Created = desk.Moment,
        };
        Refuse(catalogue, group);
        GroupBook book = new(desk.NewNumber(), desk.Book(app), group.Id);
        book.App.Groups.Add(book.Id, book);
        desk.Changes.Undo(() => book.App.Groups.Remove(book.Id));
        desk.Set(With(catalogue, [.. catalogue.Groups, group]));
        long number = book.App.Number;
        desk.Changes.Write(tables => tables.Run(
            "INSERT INTO machine_group VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            book.Number, number, group.Id, group.Name, group.Track, group.Description, group.Channel,
            PolicyText.Write(group.Policy), UnixTime.Of(group.Created)));
        desk.Releases.Follow(book, desk.Changes);
        desk.Audit(who, "group.add", Subject(app, group), PolicyText.Write(group.Policy));
        return group;
    }

    public static CatalogueGroup Change(OrderDesk desk, Actor who, string idOrName, string groupName, GroupWish wish)
    {
        CatalogueApp app = desk.App(idOrName);
        CatalogueGroup before = desk.Group(app, groupName);
        CatalogueGroup group = before with
        {
            Name = wish.Name is null ? before.Name : Words.Name("a group", wish.Name),
            Track = Words.NameOrNone("a track", wish.Track ?? before.Track),
            Description = Words.Text("the description", wish.Description ?? before.Description),
            Channel = Channel(desk, app, wish.Channel, before.Channel),
            Policy = wish.Policy is null ? before.Policy : Policy(wish.Policy),
        };
        Catalogue catalogue = desk.Books.Catalogue;
        List<CatalogueGroup> others = AppOrders.Keep(
            catalogue.Groups, one => one.App != app.Id || one.Id != group.Id);
        Refuse(catalogue with { Groups = others }, group);
        desk.Set(With(catalogue, [.. others, group]));
        GroupBook book = desk.Book(group);
        desk.Changes.Write(tables => tables.Run(
            "UPDATE machine_group SET name = ?2, track = ?3, description = ?4, channel = ?5, policy = ?6 "
            + "WHERE number = ?1",
            book.Number, group.Name, group.Track, group.Description, group.Channel, PolicyText.Write(group.Policy)));
        desk.Releases.Follow(book, desk.Changes);
        desk.Audit(who, "group.change", Subject(app, group), Told(desk, before, group));
        return group;
    }

    public static CatalogueGroup Remove(OrderDesk desk, Actor who, string idOrName, string groupName)
    {
        CatalogueApp app = desk.App(idOrName);
        CatalogueGroup group = desk.Group(app, groupName);
        if (app.DefaultGroup == group.Id)
            throw OrderDesk.Conflict($"group {group.Name} is the default of {app.Name}: name another one first");
        GroupBook book = desk.Book(group);
        List<Instance> machines = [];
        foreach (Instance? machine in desk.Books.Machines)
        {
            if (machine is not null && machine.Group == book)
                machines.Add(machine);
        }

        foreach (Instance machine in machines)
            machine.Group = null;
        book.IsRemoved = true;
        book.App.Groups.Remove(book.Id);
        desk.Changes.Undo(() =>
        {
            foreach (Instance machine in machines)
                machine.Group = book;
            book.IsRemoved = false;
            book.IsStale = true;
            book.App.Groups.Add(book.Id, book);
        });
        Catalogue catalogue = desk.Books.Catalogue;
        desk.Set(With(catalogue, AppOrders.Keep(
            catalogue.Groups, one => one.App != app.Id || one.Id != group.Id)));
        desk.Changes.Write(tables =>
        {
            tables.Run("UPDATE machine SET machine_group = NULL WHERE machine_group = ?1", book.Number);
            tables.Run("DELETE FROM machine_group WHERE number = ?1", book.Number);
        });
        desk.Audit(who, "group.remove", Subject(app, group), string.Create(
            CultureInfo.InvariantCulture, $"{machines.Count} machines belong to none now"));
        return group;
    }

    /// <summary>Holds a group's rollout, or lets it go on.</summary>
    public static GroupBook Hold(
        OrderDesk desk, Actor who, string idOrName, string groupName, string? note)
    {
        CatalogueApp app = desk.App(idOrName);
        CatalogueGroup group = desk.Group(app, groupName);
        GroupBook book = desk.Book(group);
        desk.Changes.Touch(book);
        book.Standing = note is null
            ? book.Rollout.Resume(desk.Moment)
            : book.Rollout.Pause(Words.Text("the note", note), desk.Moment);
        desk.Audit(who, note is null ? "group.resume" : "group.pause", Subject(app, group), note ?? "");
        return book;
    }

    /// <summary>"CoreOS/servers".</summary>
    public static string Subject(CatalogueApp app, CatalogueGroup group) => $"{app.Name}/{group.Name}";

    private static string Told(OrderDesk desk, CatalogueGroup before, CatalogueGroup after)
    {
        List<string> changes = [];
        if (before.Name != after.Name)
            changes.Add($"name {before.Name} to {after.Name}");
        if (before.Track != after.Track)
            changes.Add($"track \"{before.Track}\" to \"{after.Track}\"");
        if (before.Channel != after.Channel)
            changes.Add($"channel to {(after.Channel is { } channel ? desk.Channel(channel).Name : "none")}");
        if (PolicyText.Changes(before.Policy, after.Policy) is { Length: > 0 } policy)
            changes.Add(policy);
        return string.Join(", ", changes);
    }

    private static long? Channel(OrderDesk desk, CatalogueApp app, long? wish, long? before)
    {
        if (wish is not { } number)
            return before;
        if (number == 0)
            return null;
        return desk.Channel(number).App == app.Id
            ? number
            : throw OrderDesk.Invalid($"that channel is of another application than {app.Name}");
    }

    private static RolloutPolicy Policy(RolloutPolicy policy)
    {
        if (PolicyRules.Check(policy) is { Count: > 0 } faults)
            throw OrderDesk.Invalid($"the policy: {string.Join("; ", faults)}");
        return TimeZoneInfo.TryFindSystemTimeZoneById(policy.TimeZone, out _)
            ? policy
            : throw OrderDesk.Invalid(
                $"this machine does not know the time zone {Words.Shown(policy.TimeZone)}: names are as Europe/Berlin; "
                + "is tzdata installed?");
    }

    private static void Refuse(Catalogue catalogue, CatalogueGroup group)
    {
        foreach (CatalogueGroup one in catalogue.Groups)
        {
            if (one.App == group.App && (one.Id == group.Id || one.Name == group.Name))
                throw OrderDesk.Conflict($"there is a group {group.Name} or {group.Id} already");
        }
    }

    private static Catalogue With(Catalogue catalogue, List<CatalogueGroup> groups) =>
        CatalogueOrder.Of(catalogue.Apps, catalogue.Packages, catalogue.Channels, groups, catalogue.Upstreams);
}
