using CoreNode.Database;
using CoreNode.Updates.Server.Books;
using CoreNode.Updates.Server.Shelves;

namespace CoreNode.Updates.Server.Orders;

/// <summary>How the server itself is, answered by the ledger.</summary>
internal static class ServerQueries
{
    public static ServerStanding Standing(OrderDesk desk, DatabaseFile file, Shelf shelf, DateTimeOffset started)
    {
        List<string> problems = [];
        foreach (CatalogueGroup group in desk.Books.Catalogue.Groups)
        {
            GroupBook book = desk.Book(group);
            string name = desk.App(group.App).Name;
            if (book.Problem.Length > 0)
                problems.Add($"group {group.Name} of {name} gets nothing: {book.Problem}");
            if (book.Rollout.Standing.Stop is { } stop)
                problems.Add($"group {group.Name} of {name} was stopped: {stop.Reason}");
        }

        return new ServerStanding
        {
            Started = started,
            SchemaVersion = Schema.Newest,
            Machines = desk.Books.MachineCount,
            Files = shelf.Count,
            FileBytes = shelf.Bytes,
            DatabaseBytes = file.ReadNumber("PRAGMA page_count") * file.ReadNumber("PRAGMA page_size"),
            Problems = problems,
        };
    }
}
