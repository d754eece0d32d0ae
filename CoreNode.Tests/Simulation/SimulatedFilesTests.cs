using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Tests.Simulation;

/// <summary>The simulated disk is bad in all the ways it claims, and in no other.</summary>
[TestFixture, Category("Unit")]
internal sealed class SimulatedFilesTests
{
    private const string Folder = "/d";
    private const string Name = "/d/f";
    private const int Seeds = 200;

    [Test]
    public void What_was_synced_survives_every_power_cut()
    {
        SimulatedFiles files = Durable(new byte[2000]);
        for (ulong seed = 0; seed < Seeds; seed++)
            Assert.That(files.AfterPowerCut(new Prng(seed)).Get(Name), Is.EqualTo(new byte[2000]), $"seed {seed}");
    }

    [Test]
    public void A_rename_that_is_kept_moves_the_file_that_was_renamed()
    {
        SimulatedFiles files = Durable([1]);
        files.Delete(Name);
        using (IFile file = files.Open(Name, create: true))
        {
            file.Write(0, [2]);
            file.Sync();
        }

        files.Rename(Name, Folder + "/g");
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            SimulatedFiles left = files.AfterPowerCut(new Prng(seed));
            if (left.Exists(Folder + "/g"))
                Assert.That(left.Get(Folder + "/g"), Is.EqualTo(new byte[] { 2 }), $"seed {seed}");
        }
    }

    [Test]
    public void An_unsynced_write_is_kept_dropped_or_torn_at_sectors()
    {
        SimulatedFiles files = Durable(new byte[2048]);
        using IFile file = files.Open(Name, create: false);
        file.Write(100, Enumerable.Repeat((byte)1, 1500).ToArray());
        HashSet<string> patterns = [];
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            byte[] content = files.AfterPowerCut(new Prng(seed)).Get(Name);
            // One letter for each sector's part of the write: all of it there, or nothing.
            (int From, int To)[] parts = [(100, 512), (512, 1024), (1024, 1536), (1536, 1600)];
            patterns.Add(string.Concat(parts.Select(part => Uniform(content.AsSpan(part.From, part.To - part.From)))));
            Assert.That(content.AsSpan(0, 100).ContainsAnyExcept((byte)0), Is.False, $"seed {seed}");
        }

        Assert.That(patterns, Does.Contain("1111").And.Contain("0000"));
        Assert.That(patterns, Has.Count.GreaterThan(6), "torn in different ways");
    }

    [Test]
    public void A_name_is_durable_only_after_its_folder_was_synced()
    {
        SimulatedFiles files = new(new Prng(1));
        files.CreateFolder(Folder);
        using (IFile file = files.Open(Name, create: true))
        {
            file.Write(0, "x"u8);
            file.Sync();
        }

        Assert.That(Outcomes(files, cut => cut.Exists(Name)), Is.EquivalentTo(new[] { true, false }));
        files.SyncFolder(Folder);
        Assert.That(Outcomes(files, cut => cut.Exists(Name)), Is.EqualTo(new[] { true }));
    }

    [Test]
    public void A_rename_is_whole_or_not_at_all()
    {
        SimulatedFiles files = Durable("old"u8.ToArray());
        files.Put("/d/new", "new"u8);
        files.Rename("/d/new", Name);
        IReadOnlyCollection<string> outcomes = Outcomes(
            files, cut => $"{System.Text.Encoding.ASCII.GetString(cut.Get(Name))} {cut.Exists("/d/new")}");
        Assert.That(outcomes, Is.EquivalentTo(new[] { "old True", "new False" }));
    }

    [Test]
    public void After_a_failed_sync_the_process_sees_what_the_disk_may_never_get()
    {
        SimulatedFiles files = Durable(new byte[512]);
        using (IFile file = files.Open(Name, create: false))
        {
            file.Write(0, Enumerable.Repeat((byte)1, 512).ToArray());
            files.Intercept = _ => new IOException("planted");
            Assert.That(file.SyncData, Throws.TypeOf<IOException>());
            files.Intercept = null;
            Assert.That(file.SyncData, Throws.TypeOf<IOException>().With.Message.Contains("refused"));
        }

        SimulatedFiles killed = files.AfterKill();
        Assert.That(killed.Get(Name)[0], Is.EqualTo(1));
        using IFile again = killed.Open(Name, create: false);
        again.SyncData();
        HashSet<byte> seen = [];
        for (ulong seed = 0; seed < Seeds; seed++)
            seen.Add(WithFailedSync(seed).AfterPowerCut(new Prng(seed)).Get(Name)[0]);
        Assert.That(seen, Is.EquivalentTo(new byte[] { 0, 1 }), "a later sync that succeeds does not help");
    }

    [Test]
    public void What_is_reserved_nobody_else_gets_until_the_file_is_cut()
    {
        SimulatedFiles files = Durable(new byte[1000]);
        files.QuotaBytes = 2000;
        using IFile other = files.Open("/d/g", create: true);
        using IFile file = files.Open("/d/h", create: true);
        Assert.That(() => file.Reserve(1001), Throws.TypeOf<DiskFullException>());
        file.Reserve(900);
        Assert.That(() => other.Write(0, new byte[101]), Throws.TypeOf<DiskFullException>());
        file.Write(0, new byte[900]);
        file.SetLength(10);
        other.Write(0, new byte[990]);
        Assert.That(() => file.Write(10, new byte[1]), Throws.TypeOf<DiskFullException>());
    }

    [Test]
    public void A_full_disk_takes_no_more_until_something_is_deleted_and_closed()
    {
        SimulatedFiles files = Durable(new byte[1000]);
        files.QuotaBytes = 1500;
        using IFile file = files.Open("/d/g", create: true);
        Assert.That(() => file.Write(0, new byte[501]), Throws.TypeOf<DiskFullException>());
        Assert.That(() => file.Preallocate(501), Throws.TypeOf<DiskFullException>());
        Assert.That(file.Length, Is.Zero);
        using (IFile open = files.Open(Name, create: false))
        {
            files.Delete(Name);
            Assert.That(() => file.Write(0, new byte[501]), Throws.TypeOf<DiskFullException>(), "still open");
        }

        file.Write(0, new byte[1500]);
        Assert.That(files.UsedBytes, Is.EqualTo(1500));
    }

    [Test]
    public void After_its_crash_a_process_does_nothing_more()
    {
        SimulatedFiles files = Durable([]);
        using IFile file = files.Open(Name, create: false);
        files.CrashAt = files.OperationCount + 2;
        file.Write(0, "a"u8);
        Assert.That(() => file.Write(1, "b"u8), Throws.TypeOf<SimulatedCrashException>());
        Assert.That(() => files.Delete(Name), Throws.TypeOf<SimulatedCrashException>());
        Assert.That(file.SyncData, Throws.TypeOf<SimulatedCrashException>());
        Assert.That(files.AfterKill().Get(Name), Is.EqualTo("a"u8.ToArray()));
    }

    private static SimulatedFiles WithFailedSync(ulong seed)
    {
        SimulatedFiles files = new(new Prng(seed));
        files.Put(Name, new byte[512]);
        using (IFile file = files.Open(Name, create: false))
        {
            file.Write(0, Enumerable.Repeat((byte)1, 512).ToArray());
            files.Intercept = _ => new IOException("planted");
            Assert.That(file.SyncData, Throws.TypeOf<IOException>());
        }

        SimulatedFiles killed = files.AfterKill();
        using IFile again = killed.Open(Name, create: false);
        again.SyncData();
        return killed;
    }

    private static SimulatedFiles Durable(byte[] content)
    {
        SimulatedFiles files = new(new Prng(1));
        files.Put(Name, content);
        return files;
    }

    private static List<T> Outcomes<T>(SimulatedFiles files, Func<SimulatedFiles, T> look) =>
        [.. Enumerable.Range(0, Seeds).Select(seed => look(files.AfterPowerCut(new Prng((ulong)seed)))).Distinct()];

    private static char Uniform(ReadOnlySpan<byte> part)
    {
        Assert.That(part.ContainsAnyExcept(part[0]), Is.False, "a sector is never torn");
        return part[0] == 0 ? '0' : '1';
    }
}
