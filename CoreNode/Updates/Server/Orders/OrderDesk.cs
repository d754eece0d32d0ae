using System.Globalization;
using CoreNode.Updates.Server.Answers;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>
/// What an order works with while the ledger carries it out: memory is changed at once, the database at the batch's
/// end; whatever throws is taken back. Looking things up refuses with a sentence where they are not there.
/// </summary>
internal sealed class OrderDesk(ServerBooks books, Changes changes, Releases releases, Learning learning)
{
    public ServerBooks Books { get; } = books;

    public Changes Changes { get; } = changes;

    public Releases Releases { get; } = releases;

    public Learning Learning { get; } = learning;

    /// <summary>Now, in whole seconds; set for each batch.</summary>
    public DateTimeOffset Moment { get; set; }

    /// <summary>The same in seconds since 1970.</summary>
    public long Now => UnixTime.Of(Moment);

    /// <summary>A number that nothing had before.</summary>
    public long NewNumber() => Books.NextNumber++;

    /// <summary>Notes what is done in the audit log.</summary>
    public void Audit(Actor who, string what, string subject, string text)
    {
        long now = Now;
        Changes.Write(tables => tables.WriteAudit(now, who, what, subject, Words.Line(text)));
    }

    /// <summary>Makes another catalogue count.</summary>
    public void Set(Catalogue catalogue)
    {
        Catalogue before = Books.Catalogue;
        Books.Catalogue = catalogue;
        Changes.Undo(() => Books.Catalogue = before);
    }

    /// <summary>The application.</summary>
    public CatalogueApp App(string idOrName) => Books.Catalogue.FindApp(idOrName)
        ?? throw Missing($"there is no application {Words.Shown(idOrName)}");

    /// <summary>The same as an object.</summary>
    public AppBook Book(CatalogueApp app) => Books.Apps[app.Id];

    /// <summary>The package.</summary>
    public CataloguePackage Package(long id) => Books.Catalogue.FindPackage(id)
        ?? throw Missing(string.Create(CultureInfo.InvariantCulture, $"there is no package {id}"));

    /// <summary>The channel.</summary>
    public CatalogueChannel Channel(long id) => Books.Catalogue.FindChannel(id)
        ?? throw Missing(string.Create(CultureInfo.InvariantCulture, $"there is no channel {id}"));

    /// <summary>The group.</summary>
    public CatalogueGroup Group(CatalogueApp app, string idOrName) => Books.Catalogue.FindGroup(app.Id, idOrName)
        ?? throw Missing($"there is no group {Words.Shown(idOrName)} of {app.Name}");

    /// <summary>The same as an object.</summary>
    public GroupBook Book(CatalogueGroup group) => Books.Apps[group.App].Groups[group.Id];

    /// <summary>The machine.</summary>
    public Instance Machine(CatalogueApp app, string machine) =>
        Books.Apps[app.Id].Machines.GetValueOrDefault(machine)
        ?? throw Missing($"{app.Name} knows no machine {Words.Shown(machine)}");

    /// <summary>Refuses because something is not there.</summary>
    public static CatalogueException Missing(string message) => new(CatalogueFault.NotFound, message);

    /// <summary>Refuses because something stands against it.</summary>
    public static CatalogueException Conflict(string message) => new(CatalogueFault.Conflict, message);

    /// <summary>Refuses a value.</summary>
    public static CatalogueException Invalid(string message) => new(CatalogueFault.Invalid, message);
}
