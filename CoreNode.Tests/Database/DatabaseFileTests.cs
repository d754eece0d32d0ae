using CoreNode.Database;
using CoreNode.Platform;

namespace CoreNode.Tests.Database;

/// <summary>The embedded database: what is committed is there, nothing else is, faults say what they are.</summary>
[TestFixture, Category("Unit")]
internal sealed class DatabaseFileTests
{
    private string _folder = "";

    private string File => Path.Combine(_folder, "a.db");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("corenode-database-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Values_of_every_kind_come_back_as_they_were()
    {
        string[] texts = ["", "a", "ä€😀", new('x', 10_000), "a\0b"];
        byte[][] bytes = [[], [0], [1, 2, 3], new byte[5000]];
        using DatabaseFile file = DatabaseFile.Open(File, DatabaseMode.Create);
        file.Execute("CREATE TABLE t (n INTEGER, s TEXT, b BLOB); CREATE INDEX i ON t (n);");
        using DatabaseStatement insert = file.Prepare("INSERT INTO t VALUES (?1, ?2, ?3)");
        foreach (string text in texts)
        {
            foreach (byte[] content in bytes)
                insert.Bind(1, long.MinValue + text.Length).Bind(2, text).Bind(3, content).Run();
        }

        insert.BindNull(1).Bind(2, (string?)null).BindNull(3).Run();
        using DatabaseStatement all = file.Prepare("SELECT n, s, b FROM t ORDER BY rowid");
        foreach (string text in texts)
        {
            foreach (byte[] content in bytes)
            {
                Assert.That(all.Step(), Is.True);
                Assert.That(all.Number(0), Is.EqualTo(long.MinValue + text.Length));
                Assert.That(all.Text(1), Is.EqualTo(text));
                Assert.That(all.Bytes(2), Is.EqualTo(content));
                Assert.That(all.IsNull(2), Is.False, "nothing is not null");
            }
        }

        Assert.That(all.Step(), Is.True);
        Assert.That((all.IsNull(0), all.IsNull(1), all.IsNull(2)), Is.EqualTo((true, true, true)));
        Assert.That((all.Number(0), all.Text(1), all.Bytes(2).Length), Is.EqualTo((0L, "", 0)));
        Assert.That(all.Step(), Is.False);
    }

    [Test]
    public void What_was_committed_is_there_after_reopening_and_what_was_rolled_back_is_not()
    {
        using (DatabaseFile file = DatabaseFile.Open(File, DatabaseMode.Create))
        {
            file.Execute("CREATE TABLE t (n INTEGER)");
            file.Begin();
            file.Execute("INSERT INTO t VALUES (1)");
            file.Commit();
            file.Begin();
            Assert.That(file.IsInTransaction, Is.True);
            file.Execute("INSERT INTO t VALUES (2)");
            file.Rollback();
            Assert.That(file.IsInTransaction, Is.False);
            file.Rollback();
        }

        using DatabaseFile again = DatabaseFile.Open(File, DatabaseMode.Write);
        Assert.That(again.ReadNumber("SELECT SUM(n) FROM t"), Is.EqualTo(1));
        Assert.That(again.ReadText("PRAGMA journal_mode"), Is.EqualTo("wal"));
        Assert.That(again.ReadNumber("PRAGMA synchronous"), Is.EqualTo(2), "every commit is synced");
        Assert.That(again.ReadNumber("PRAGMA foreign_keys"), Is.EqualTo(1));
        Assert.That(again.FindDamage(), Is.Empty);
    }

    [Test]
    public void A_rule_of_the_schema_is_a_fault_of_its_own_kind_and_the_statement_can_be_used_again()
    {
        using DatabaseFile file = DatabaseFile.Open(File, DatabaseMode.Create);
        file.Execute("CREATE TABLE t (n INTEGER PRIMARY KEY)");
        using DatabaseStatement insert = file.Prepare("INSERT INTO t VALUES (?1)");
        insert.Bind(1, 7).Run();
        DatabaseException? fault = Assert.Throws<DatabaseException>(() => insert.Bind(1, 7).Run());
        Assert.That(fault!.IsConstraint, Is.True);
        Assert.That(fault.Message, Does.Contain(File).And.Contain("UNIQUE"));
        insert.Bind(1, 8).Run();
        Assert.That(file.ReadNumber("SELECT COUNT(*) FROM t"), Is.EqualTo(2));
        Assert.That(Assert.Throws<DatabaseException>(() => file.Execute("NONSENSE"))!.IsConstraint, Is.False);
    }

    [Test]
    public void A_full_disk_is_said_so_and_leaves_what_was_committed()
    {
        using DatabaseFile file = DatabaseFile.Open(File, DatabaseMode.Create);
        file.Execute("CREATE TABLE t (b BLOB); INSERT INTO t VALUES (zeroblob(10))");
        file.Limit(64 << 10);
        file.Begin();
        DiskFullException? full = Assert.Throws<DiskFullException>(
            () => file.Execute("INSERT INTO t VALUES (zeroblob(200000))"));
        Assert.That(full!.Path, Is.EqualTo(File));
        file.Rollback();
        Assert.That(file.ReadNumber("SELECT COUNT(*) FROM t"), Is.EqualTo(1));
        file.Limit(1 << 30);
        file.Execute("INSERT INTO t VALUES (zeroblob(200000))");
        Assert.That(file.FindDamage(), Is.Empty);
    }

    [Test]
    public void A_file_that_is_no_database_or_a_damaged_one_is_refused_as_that()
    {
        System.IO.File.WriteAllBytes(File, [.. "this is a letter and no database, and longer than a hundred bytes"u8,
            .. new byte[4096]]);
        DamagedDatabaseException? none = Assert.Throws<DamagedDatabaseException>(
            () => DatabaseFile.Open(File, DatabaseMode.Write).Dispose());
        Assert.That(none!.Message, Does.Contain(File).And.Contain("restore a backup"));
        System.IO.File.Delete(File);
        using (DatabaseFile file = DatabaseFile.Open(File, DatabaseMode.Create))
            file.Execute("CREATE TABLE t (b TEXT); INSERT INTO t VALUES (hex(zeroblob(50000)))");
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        bytes.AsSpan(4096, 4096).Fill(0x5A);
        System.IO.File.WriteAllBytes(File, bytes);
        using DatabaseFile damaged = DatabaseFile.Open(File, DatabaseMode.Write);
        Assert.Throws<DamagedDatabaseException>(() => damaged.ReadText("SELECT b FROM t"));
        Assert.That(damaged.FindDamage(), Is.Not.Empty);
    }

    [Test]
    public void A_file_that_cannot_be_opened_is_named()
    {
        Assert.That(
            Assert.Throws<DatabaseException>(() => DatabaseFile.Open(File, DatabaseMode.Write).Dispose())!.Message,
            Does.Contain(File).And.Contain("may this user write"));
    }

    [Test]
    public void A_copy_holds_one_moment_whatever_is_written_meanwhile()
    {
        using DatabaseFile writer = DatabaseFile.Open(File, DatabaseMode.Create);
        writer.Execute("CREATE TABLE t (n INTEGER, b BLOB)");
        for (int i = 0; i < 300; i++)
            writer.Execute("INSERT INTO t VALUES (1, randomblob(4000))");
        using DatabaseFile reader = DatabaseFile.Open(File, DatabaseMode.Read);
        reader.Execute("BEGIN");
        Assert.That(reader.ReadNumber("SELECT SUM(n) FROM t"), Is.EqualTo(300));
        writer.Execute("UPDATE t SET n = 2");
        Assert.That(reader.ReadNumber("SELECT SUM(n) FROM t"), Is.EqualTo(300), "a reader keeps its moment");
        reader.Execute("COMMIT");
        string copy = Path.Combine(_folder, "copy.db");
        reader.CopyTo(copy, CancellationToken.None);
        writer.Execute("UPDATE t SET n = 3");
        Assert.That(System.IO.File.Exists(copy + "-wal"), Is.False, "one file");
        using DatabaseFile copied = DatabaseFile.Open(copy, DatabaseMode.Write);
        Assert.That(copied.ReadNumber("SELECT SUM(n) FROM t"), Is.EqualTo(600));
        Assert.That(copied.FindDamage(), Is.Empty);
        Assert.Throws<DatabaseException>(() => reader.Execute("DELETE FROM t"));
    }

    // The last write may be torn anywhere by a power cut: what was committed before it stays, whole transactions only.
    [Test]
    public void A_log_that_is_cut_anywhere_holds_whole_transactions_up_to_there()
    {
        List<(long Length, long Sum)> commits = [];
        using (DatabaseFile file = DatabaseFile.Open(File, DatabaseMode.Create))
        {
            file.Execute("CREATE TABLE t (n INTEGER, b BLOB)");
            for (int i = 1; i <= 12; i++)
            {
                file.Begin();
                file.Execute("INSERT INTO t VALUES (1, randomblob(3000))");
                file.Execute("INSERT INTO t VALUES (1, randomblob(100))");
                file.Commit();
                commits.Add((new FileInfo(File + "-wal").Length, 2 * i));
            }

            System.IO.File.Copy(File, File + ".kept");
            System.IO.File.Copy(File + "-wal", File + ".log");
        }

        byte[] log = System.IO.File.ReadAllBytes(File + ".log");
        for (long cut = commits[0].Length; cut <= log.Length; cut += 701)
        {
            string name = Path.Combine(_folder, "cut.db");
            System.IO.File.Copy(File + ".kept", name, overwrite: true);
            byte[] part = log[..(int)cut];
            // What of the torn write did reach the disk may be anything.
            part.AsSpan((int)Math.Max(cut - 8, commits[0].Length)).Fill(0x77);
            System.IO.File.WriteAllBytes(name + "-wal", part);
            using (DatabaseFile file = DatabaseFile.Open(name, DatabaseMode.Write))
            {
                long whole = commits.Last(commit => commit.Length <= Math.Max(cut - 8, commits[0].Length)).Sum;
                Assert.That(file.ReadNumber("SELECT SUM(n) FROM t"), Is.EqualTo(whole), $"cut at {cut}");
                Assert.That(file.FindDamage(), Is.Empty);
            }

            System.IO.File.Delete(name + "-wal");
        }
    }
}
