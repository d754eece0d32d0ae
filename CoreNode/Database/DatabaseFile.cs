using System.Globalization;
using System.Text;

namespace CoreNode.Database;

/// <summary>
/// One connection to an embedded database (SQLite): write-ahead log, every commit synced (synchronous=FULL), foreign
/// keys on. What <see cref="Commit"/> returned from is on the disk. One thread uses a connection at a time; others may
/// have their own to the same file. Faults are <see cref="DatabaseException"/>, a full disk is
/// <see cref="Platform.DiskFullException"/>. Safety: the pointer is freed once, by <see cref="Dispose"/>, after which
/// SQLite itself waits for statements that are not freed yet (sqlite3_close_v2).
/// </summary>
public sealed unsafe class DatabaseFile : IDisposable
{
    private const int BusyMilliseconds = 5000;
    private const int PagesAtOnce = 256;

    private nint _connection;

    private DatabaseFile(string path, nint connection)
    {
        Path = path;
        _connection = connection;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>A transaction is open.</summary>
    public bool IsInTransaction => LibSqlite.IsWithoutTransaction(_connection) == 0;

    /// <summary>Number of the row that was inserted last.</summary>
    public long LastRow => LibSqlite.LastRow(_connection);

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => LibSqlite.Changes(_connection);

    /// <summary>Opens a database.</summary>
    /// <exception cref="IOException">It cannot be opened, or is none.</exception>
    public static DatabaseFile Open(string path, DatabaseMode mode)
    {
        int flags = LibSqlite.OpenNoMutex | LibSqlite.OpenExtendedCodes | mode switch
        {
            DatabaseMode.Read => LibSqlite.OpenReadOnly,
            DatabaseMode.Write => LibSqlite.OpenReadWrite,
            _ => LibSqlite.OpenReadWrite | LibSqlite.OpenCreate,
        };
        int code = LibSqlite.Open(path, out nint connection, flags, 0);
        DatabaseFile file = new(path, connection);
        try
        {
            if (code != LibSqlite.Ok)
                throw file.Fault(code, "opening it");
            _ = LibSqlite.WaitWhileBusy(connection, BusyMilliseconds);
            file.Settle(mode);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Prepares one statement.</summary>
    public DatabaseStatement Prepare(string sql)
    {
        byte[] text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* begin = text)
        {
            int code = LibSqlite.Prepare(
                _connection, begin, text.Length, LibSqlite.Persistent, out nint statement, out _);
            return code == LibSqlite.Ok ? new DatabaseStatement(this, statement) : throw Fault(code, sql);
        }
    }

    /// <summary>Runs statements one after the other; rows that they give are dropped.</summary>
    public void Execute(string sql)
    {
        byte[] text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* begin = text)
        {
            byte* at = begin;
            byte* end = begin + text.Length;
            while (at < end)
            {
                int code = LibSqlite.Prepare(_connection, at, (int)(end - at), 0, out nint statement, out at);
                if (code != LibSqlite.Ok)
                    throw Fault(code, sql);
                if (statement == 0)
                    continue;
                using DatabaseStatement one = new(this, statement);
                one.Run();
            }
        }
    }

    /// <summary>The number that a query gives; 0 if it gives none.</summary>
    public long ReadNumber(string sql)
    {
        using DatabaseStatement statement = Prepare(sql);
        return statement.Step() ? statement.Number(0) : 0;
    }

    /// <summary>The text that a query gives; empty if it gives none.</summary>
    public string ReadText(string sql)
    {
        using DatabaseStatement statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : "";
    }

    /// <summary>Lets the file not grow beyond so many bytes: more is a full disk.</summary>
    public void Limit(long bytes) => Execute(string.Create(
        CultureInfo.InvariantCulture,
        $"PRAGMA max_page_count={Math.Clamp(bytes / ReadNumber("PRAGMA page_size"), 1, int.MaxValue - 1)}"));

    /// <summary>Begins a transaction that writes.</summary>
    public void Begin() => Execute("BEGIN IMMEDIATE");

    /// <summary>Makes what was done since <see cref="Begin"/> durable; returns when it is.</summary>
    public void Commit() => Execute("COMMIT");

    /// <summary>Drops what was done since <see cref="Begin"/>; does nothing where SQLite did so already.</summary>
    public void Rollback()
    {
        if (IsInTransaction)
            Execute("ROLLBACK");
    }

    /// <summary>
    /// Copies the database as it is at this moment to a new file, while others go on writing; synced at its end.
    /// </summary>
    public void CopyTo(string path, CancellationToken cancellation)
    {
        using DatabaseFile target = Open(path, DatabaseMode.Create);
        // One file: whoever takes it along must not need a log beside it.
        target.Execute("PRAGMA journal_mode=DELETE");
        // Holds one moment of the source till the copy ends.
        Execute("BEGIN");
        try
        {
            ReadNumber("SELECT COUNT(*) FROM sqlite_schema");
            target.CopyFrom(this, cancellation);
        }
        finally
        {
            Rollback();
        }
    }

    /// <summary>What is wrong with the whole file, one line each; empty if all is well. Reads all of it.</summary>
    public IReadOnlyList<string> FindDamage()
    {
        List<string> problems = [];
        try
        {
            Check(problems);
        }
        catch (DamagedDatabaseException worse)
        {
            problems.Add(worse.Message);
        }

        return problems;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        nint connection = _connection;
        _connection = 0;
        if (connection != 0)
            _ = LibSqlite.Close(connection);
    }

    internal IOException Fault(int code, string doing) =>
        DatabaseFaults.Of(Path, _connection, code, doing.Length > 80 ? doing[..80] + "…" : doing);

    private void Check(List<string> problems)
    {
        using DatabaseStatement check = Prepare("PRAGMA integrity_check");
        while (check.Step())
        {
            string line = check.Text(0);
            if (line != "ok")
                problems.Add(line);
        }

        // Asking more of what is damaged is no use.
        if (problems.Count > 0)
            return;
        using DatabaseStatement keys = Prepare("PRAGMA foreign_key_check");
        while (keys.Step())
            problems.Add($"a row of {keys.Text(0)} refers to a row of {keys.Text(2)} that is not there");
    }

    private void Settle(DatabaseMode mode)
    {
        Execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY");
        if (mode == DatabaseMode.Read)
        {
            Execute("PRAGMA query_only=ON; PRAGMA cache_size=-2048");
            return;
        }

        string journal = ReadText("PRAGMA journal_mode=WAL");
        if (journal != "wal")
        {
            throw new DatabaseException(
                Path, LibSqlite.IoError, $"{Path}: the file system lets SQLite keep no write-ahead log ({journal}); "
                + "use a local file system");
        }

        Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=OFF; PRAGMA cache_size=-8192; "
            + $"PRAGMA journal_size_limit={16 << 20}; PRAGMA wal_autocheckpoint=1000"));
    }

    private void CopyFrom(DatabaseFile source, CancellationToken cancellation)
    {
        nint copy = LibSqlite.BeginCopy(_connection, "main", source._connection, "main");
        if (copy == 0)
            throw Fault(LibSqlite.IoError, "a copy");
        int code;
        try
        {
            do
            {
                cancellation.ThrowIfCancellationRequested();
                code = LibSqlite.Copy(copy, PagesAtOnce);
            }
            while (code == LibSqlite.Ok);
        }
        finally
        {
            _ = LibSqlite.EndCopy(copy);
        }

        if (code != LibSqlite.Done)
            throw Fault(code, "a copy");
    }
}
