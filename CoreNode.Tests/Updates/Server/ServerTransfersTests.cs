using CoreNode.Platform;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Updates.Server;

/// <summary>Backups and exports: whole, verified, and refused where they would do harm.</summary>
[TestFixture, Category("Unit")]
internal sealed class ServerTransfersTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_backup_of_a_running_server_becomes_another_one(bool withPayloads)
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        await bench.ReleaseAsync("1.1.0", 2);
        await bench.CheckAsync("m1", "1.0.0");
        using MemoryStream backup = new();
        ParcelReport report = await bench.Server.BackupAsync(
            ServerBench.Admin, backup, withPayloads, CancellationToken.None);
        Assert.That((report.Bytes, report.Files), Is.EqualTo((backup.Length, withPayloads ? 2 : 0)));
        string before = await bench.DescribeAsync();
        await bench.CheckAsync("m2", "1.0.0");
        string folder = Path.Combine(bench.Folder, "restored");
        await RestoreAsync(folder, backup, replaces: false);
        using ServerBench restored = new(folder: folder, clock: bench.Clock);
        if (withPayloads)
        {
            Assert.That(await restored.DescribeAsync(), Is.EqualTo(before));
            Assert.That(await restored.CheckAsync("m3", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
            IReadOnlyList<AuditEntry> audit = await restored.Server.GetAuditAsync(0, 10, CancellationToken.None);
            Assert.That(audit[0].What, Is.EqualTo("server.restore"), "the log says where it comes from");
            return;
        }

        UpdateReply.Held? held = await restored.CheckAsync("m3", "1.0.0") as UpdateReply.Held;
        Assert.That(held!.Hold.Text, Does.Contain("not on the server's shelf"));
        Assert.That(report.Notes, Has.Some.Contain("payloads"));
    }

    [Test]
    public async Task A_restore_is_refused_on_a_running_server_and_on_one_that_is_there()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        using MemoryStream backup = new();
        await bench.Server.BackupAsync(ServerBench.Admin, backup, true, CancellationToken.None);
        string before = await bench.DescribeAsync();
        await bench.ReleaseAsync("1.1.0", 2);
        IOException? running = await Assert.ThrowsAsync<IOException>(
            () => RestoreAsync(bench.Folder, backup, replaces: true));
        Assert.That(running!.Message, Does.Contain("in use"));
        bench.Server.Dispose();
        IOException? there = await Assert.ThrowsAsync<IOException>(
            () => RestoreAsync(bench.Folder, backup, replaces: false));
        Assert.That(there!.Message, Does.Contain("already"));
        await RestoreAsync(bench.Folder, backup, replaces: true);
        bench.Restart();
        Assert.That(await bench.DescribeAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_backup_that_is_cut_or_changed_anywhere_is_refused_and_leaves_the_server_as_it_was()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        using MemoryStream backup = new();
        await bench.Server.BackupAsync(ServerBench.Admin, backup, true, CancellationToken.None);
        string before = await bench.DescribeAsync();
        bench.Server.Dispose();
        byte[] bytes = backup.ToArray();
        for (int at = 0; at < bytes.Length; at += bytes.Length / 23)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 0x10;
            foreach (byte[] bad in (byte[][])[changed, bytes[..at]])
            {
                using MemoryStream stream = new(bad);
                Exception? refused = await Assert.CatchAsync(() => UpdateServer.RestoreAsync(
                    bench.Folder, stream, replaces: true, new RealFiles(), CancellationToken.None));
                Assert.That(refused, Is.InstanceOf<IOException>().Or.InstanceOf<CatalogueException>(), $"byte {at}");
            }
        }

        bench.Restart();
        Assert.That(await bench.DescribeAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_release_goes_on_a_medium_to_a_server_that_never_heard_of_it()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        CataloguePackage floor = bench.Server.Catalogue.Packages[0];
        await bench.Server.SetFloorAsync(
            ServerBench.Admin, bench.Channel.Id, floor.Id, "first of all", CancellationToken.None);
        CataloguePackage package = await bench.ReleaseAsync("1.1.0", 2);
        using MemoryStream medium = new();
        await bench.Server.ExportAsync(
            ServerBench.Admin, "CoreOS", [floor.Id, package.Id], medium, CancellationToken.None);
        using ServerBench other = new();
        medium.Position = 0;
        ParcelReport report = await other.Server.ImportAsync(
            ServerBench.Admin, medium, "stable", CancellationToken.None);
        Assert.That(report.Packages, Is.EqualTo((string[])["1.0.0 (amd64-usr)", "1.1.0 (amd64-usr)"]));
        CatalogueChannel channel = other.Channel;
        Assert.That(other.Server.Catalogue.FindPackage(channel.Package!.Value)!.Version, Is.EqualTo("1.1.0"));
        Assert.That(channel.Floors.Single().Reason, Is.EqualTo("first of all"));
        CatalogueFile file = other.Server.Catalogue.Packages[1].Full!;
        Assert.That(
            File.ReadAllBytes(other.Server.FindFile(file.Sha256, file.Name)!.Path),
            Is.EqualTo(ServerBench.Payload("1.1.0", 2)));
        medium.Position = 0;
        report = await other.Server.ImportAsync(ServerBench.Admin, medium, "stable", CancellationToken.None);
        Assert.That(report.Packages, Is.Empty);
        Assert.That(report.Notes, Has.Some.Contain("there already"));
    }

    [Test]
    public async Task What_on_a_medium_is_signed_by_others_is_refused()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        CataloguePackage package = bench.Server.Catalogue.Packages[0];
        using MemoryStream medium = new();
        await bench.Server.ExportAsync(
            ServerBench.Admin, "CoreOS", [package.Id], medium, CancellationToken.None);
        medium.Position = 0;
        string folder = Path.Combine(bench.Folder, "other");
        using UpdateServer other = UpdateServer.Open(
            new UpdateServerOptions { Folder = folder },
            new UpdateServerTools
            {
                Files = new RealFiles(),
                Time = bench.Clock,
                Trust = () => CoreNode.Updates.Keys.TrustedKeys.None,
                Metrics = new CoreNode.Foundation.MetricRegistry(),
                Log = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            });
        CatalogueException? refused = await Assert.ThrowsAsync<CatalogueException>(
            () => other.ImportAsync(ServerBench.Admin, medium, null, CancellationToken.None));
        Assert.That(refused!.Fault, Is.EqualTo(CatalogueFault.Untrusted));
        Assert.That(other.Catalogue.Packages, Is.Empty);
    }

    private static async Task<ParcelReport> RestoreAsync(string folder, MemoryStream backup, bool replaces)
    {
        using MemoryStream stream = new(backup.ToArray());
        return await UpdateServer.RestoreAsync(folder, stream, replaces, new RealFiles(), CancellationToken.None);
    }
}
