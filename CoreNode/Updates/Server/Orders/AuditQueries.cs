using CoreNode.Database;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>Questions about the audit log, answered by the ledger.</summary>
internal static class AuditQueries
{
    private const int MostEntries = 1000;

    /// <summary>Entries, newest first.</summary>
    public static IReadOnlyList<AuditEntry> List(DatabaseFile file, long before, int count)
    {
        List<AuditEntry> entries = [];
        using DatabaseStatement row = file.Prepare(
            "SELECT number, at, who, origin, what, subject, text FROM audit WHERE number < ?1 "
            + "ORDER BY number DESC LIMIT ?2");
        row.Bind(1, before > 0 ? before : long.MaxValue).Bind(2, Math.Clamp(count, 1, MostEntries));
        while (row.Step())
        {
            entries.Add(new AuditEntry
            {
                Number = row.Number(0),
                At = UnixTime.From(row.Number(1)),
                Who = row.Text(2),
                From = row.Text(3),
                What = row.Text(4),
                Subject = row.Text(5),
                Text = row.Text(6),
            });
        }

        return entries;
    }
}
