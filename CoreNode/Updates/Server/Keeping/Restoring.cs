using CoreNode.Database;
using CoreNode.Platform;
using CoreNode.Updates.Server.Books;
using CoreNode.Updates.Server.Parcels;
using CoreNode.Updates.Server.Shelves;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>
/// Puts a backup in the place of a database. The decision is one durable rename, to a name that every start finishes:
/// the old database's log is removed first, then the new one takes its name; repeated after a crash it comes to the
/// same.
/// </summary>
internal static class Restoring
{
    private const string Decided = ".restored";
    private const string Arriving = ".restoring.tmp";

    /// <summary>Finishes what was decided; does nothing otherwise.</summary>
    public static void Finish(IFiles files, string folder, string name)
    {
        string database = Path.Combine(folder, name);
        // What a stopped process left behind, with its logs: those would be taken for the next file's of that name.
        foreach (string left in files.List(folder))
        {
            if (left.StartsWith(name + ".", StringComparison.Ordinal)
                && left.Contains(".tmp", StringComparison.Ordinal))
                files.Delete(Path.Combine(folder, left));
        }

        if (!files.Exists(database + Decided))
            return;
        files.Delete(database + "-wal");
        files.Delete(database + "-shm");
        files.SyncFolder(folder);
        files.Rename(database + Decided, database);
        files.SyncFolder(folder);
    }

    /// <summary>Takes a backup in and decides for it. The caller has the folder's lock.</summary>
    public static async Task<ParcelReport> RunAsync(
        IFiles files, string folder, string name, Shelf shelf, Stream backup, DateTimeOffset now,
        CancellationToken cancellation)
    {
        string database = Path.Combine(folder, name);
        Finish(files, folder, name);
        using ParcelReader parcel = await ParcelReader.BeginAsync(backup, cancellation);
        if (parcel.Kind != ParcelKind.Backup)
            throw new IOException("that is an export of packages, no backup of a server: it is for an import");
        bool hasDatabase = false;
        int count = 0;
        while (await parcel.NextAsync(cancellation) is { } entry)
        {
            switch (entry.Kind)
            {
                case ParcelEntryKind.Database:
                    await WriteAsync(files, database + Arriving, parcel.Content, cancellation);
                    hasDatabase = true;
                    break;
                case ParcelEntryKind.File:
                    shelf.Keep(await shelf.TakeAsync(parcel.Content, entry.Size, entry.Name, cancellation));
                    count++;
                    break;
                default:
                    break;
            }
        }

        if (!hasDatabase)
            throw new IOException("there is no database in the backup: take a whole one");
        IReadOnlyList<string> packages = Check(database + Arriving);
        Note(database + Arriving, now);
        // Opening it may have made these.
        files.Delete(database + Arriving + "-wal");
        files.Delete(database + Arriving + "-shm");
        files.Rename(database + Arriving, database + Decided);
        files.SyncFolder(folder);
        Finish(files, folder, name);
        return new ParcelReport(parcel.Bytes, packages, count, []);
    }

    private static async Task WriteAsync(
        IFiles files, string path, Stream content, CancellationToken cancellation)
    {
        byte[] piece = new byte[1 << 20];
        using IFile file = files.Open(path, create: true);
        file.SetLength(0);
        long at = 0;
        int count;
        while ((count = await content.ReadAsync(piece, cancellation)) > 0)
        {
            file.Write(at, piece.AsSpan(0, count));
            at += count;
        }

        file.Sync();
    }

    // The audit log says that all before it came from a backup.
    private static void Note(string path, DateTimeOffset now)
    {
        using DatabaseFile file = DatabaseFile.Open(path, DatabaseMode.Write);
        int before = Schema.Prepare(file);
        using Tables tables = new(file, 1);
        tables.WriteAudit(
            UnixTime.Of(now), Actor.Server, "server.restore", "", $"from a backup of schema {before}");
    }

    private static List<string> Check(string path)
    {
        using DatabaseFile file = DatabaseFile.Open(path, DatabaseMode.Read);
        if (Schema.Check(file) == 0)
            throw new IOException("the database in the backup is empty: take another copy");
        if (file.FindDamage() is { Count: > 0 } damage)
            throw new IOException($"the database in the backup is damaged ({damage[0]}): take another copy");
        List<string> packages = [];
        using DatabaseStatement row = file.Prepare("SELECT version, board FROM package ORDER BY number");
        while (row.Step())
            packages.Add(row.Text(1).Length == 0 ? row.Text(0) : $"{row.Text(0)} ({row.Text(1)})");
        return packages;
    }
}
