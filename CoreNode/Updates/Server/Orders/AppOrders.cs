using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>Orders about applications, carried out by the ledger.</summary>
internal static class AppOrders
{
    private const int MostApps = 1000;

    public static CatalogueApp Add(OrderDesk desk, Actor who, AppWish wish)
    {
        Catalogue catalogue = desk.Books.Catalogue;
        CatalogueApp app = new()
        {
            Id = Words.Id("an application", wish.Id),
            Name = Words.Name("an application", wish.Name),
            Description = Words.Text("the description", wish.Description ?? ""),
            Created = desk.Moment,
        };
        if (catalogue.FindApp(app.Id) is not null || catalogue.FindApp(app.Name) is not null)
            throw OrderDesk.Conflict($"there is an application {app.Name} or {app.Id} already");
        if (catalogue.Apps.Count >= MostApps)
            throw new CatalogueException(CatalogueFault.Full, $"there are {MostApps} applications already");
        if (wish.DefaultGroup is { Length: > 0 })
            throw OrderDesk.Invalid("a new application has no groups yet: make one, then name it as the default");
        AppBook book = new(desk.NewNumber(), app.Id);
        desk.Books.Apps.Add(app.Id, book);
        desk.Changes.Undo(() => desk.Books.Apps.Remove(app.Id));
        desk.Set(With(catalogue, [.. catalogue.Apps, app]));
        desk.Changes.Write(tables => tables.Run(
            "INSERT INTO app (number, id, name, description, default_group, created) VALUES (?1, ?2, ?3, ?4, '', ?5)",
            book.Number, app.Id, app.Name, app.Description, UnixTime.Of(app.Created)));
        desk.Audit(who, "app.add", app.Name, app.Id);
        return app;
    }

    public static CatalogueApp Change(OrderDesk desk, Actor who, string idOrName, AppWish wish)
    {
        CatalogueApp before = desk.App(idOrName);
        Catalogue catalogue = desk.Books.Catalogue;
        CatalogueApp app = before with
        {
            Name = wish.Name is null ? before.Name : Words.Name("an application", wish.Name),
            Description = Words.Text("the description", wish.Description ?? before.Description),
            DefaultGroup = wish.DefaultGroup switch
            {
                null => before.DefaultGroup,
                "" => "",
                { } group => desk.Group(before, group).Id,
            },
        };
        if (app.Name != before.Name && catalogue.FindApp(app.Name) is { } other && other.Id != app.Id)
            throw OrderDesk.Conflict($"there is an application {app.Name} already");
        desk.Set(With(catalogue, [.. Others(catalogue, app.Id), app]));
        long number = desk.Book(app).Number;
        desk.Changes.Write(tables => tables.Run(
            "UPDATE app SET name = ?2, description = ?3, default_group = ?4 WHERE number = ?1",
            number, app.Name, app.Description, app.DefaultGroup));
        desk.Audit(who, "app.change", app.Name, $"name {app.Name}, default group {app.DefaultGroup}");
        return app;
    }

    public static CatalogueApp Remove(OrderDesk desk, Actor who, string idOrName)
    {
        CatalogueApp app = desk.App(idOrName);
        AppBook book = desk.Book(app);
        Instance[] machines = [.. book.Machines.Values];
        foreach (Instance machine in machines)
        {
            desk.Books.Remove(machine);
            desk.Changes.Undo(() => desk.Books.PutBack(machine));
        }

        foreach (GroupBook group in book.Groups.Values)
            group.IsRemoved = true;
        desk.Books.Apps.Remove(app.Id);
        desk.Changes.Undo(() =>
        {
            foreach (GroupBook group in book.Groups.Values)
                group.IsRemoved = false;
            desk.Books.Apps.Add(app.Id, book);
        });
        Catalogue catalogue = desk.Books.Catalogue;
        desk.Set(CatalogueOrder.Of(
            Others(catalogue, app.Id),
            Keep(catalogue.Packages, one => one.App != app.Id),
            Keep(catalogue.Channels, one => one.App != app.Id),
            Keep(catalogue.Groups, one => one.App != app.Id),
            catalogue.Upstreams));
        desk.Changes.Write(tables => tables.Run("DELETE FROM app WHERE number = ?1", book.Number));
        desk.Audit(who, "app.remove", app.Name, $"with {machines.Length} machines");
        return app;
    }

    /// <summary>Those that the condition lets stay.</summary>
    internal static List<T> Keep<T>(IReadOnlyList<T> all, Predicate<T> isKept)
        where T : class
    {
        List<T> kept = new(all.Count);
        foreach (T one in all)
        {
            if (isKept(one))
                kept.Add(one);
        }

        return kept;
    }

    private static List<CatalogueApp> Others(Catalogue catalogue, string id) =>
        Keep(catalogue.Apps, app => app.Id != id);

    private static Catalogue With(Catalogue catalogue, List<CatalogueApp> apps) =>
        CatalogueOrder.Of(apps, catalogue.Packages, catalogue.Channels, catalogue.Groups, catalogue.Upstreams);
}
