using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Updates.Server;

/// <summary>A server that follows another one: one server's answers are the other one's upstream.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpstreamSyncTests
{
    [Test]
    public async Task What_the_server_there_offers_is_here_then_with_its_steps()
    {
        using ServerBench there = new();
        await there.SetUpAsync();
        CataloguePackage floor = await there.AddAsync("1.0.5", 2);
        await there.Server.SetFloorAsync(
            ServerBench.Admin, there.Channel.Id, floor.Id, "a step", CancellationToken.None);
        await there.ReleaseAsync("1.1.0", 3);
        using ServerBench here = new(upstream: new Upstream(there));
        CatalogueChannel channel = await ChannelAsync(here);
        SyncReport report = await here.Server.SyncAsync(ServerBench.Admin, channel.Id, CancellationToken.None);
        Assert.That(report.Packages, Is.EqualTo((string[])["1.0.5 (amd64-usr)", "1.1.0 (amd64-usr)"]));
        channel = here.Server.Catalogue.FindChannel(channel.Id)!;
        Assert.That(here.Server.Catalogue.FindPackage(channel.Package!.Value)!.Version, Is.EqualTo("1.1.0"));
        Assert.That(channel.Floors.Single().Reason, Is.EqualTo("a step"));
        report = await here.Server.SyncAsync(ServerBench.Admin, channel.Id, CancellationToken.None);
        Assert.That((report.Packages.Count, report.Text), Is.EqualTo((0, "up to date with 1.1.0")));
        here.Restart();
        Assert.That(here.Server.Catalogue.FindUpstream(channel.Id)!.Result, Is.EqualTo("up to date with 1.1.0"));
    }

    [Test]
    public async Task It_is_asked_when_its_time_has_come_and_what_goes_wrong_is_noted()
    {
        using ServerBench there = new();
        await there.SetUpAsync();
        Upstream upstream = new(there);
        using ServerBench here = new(upstream: upstream);
        CatalogueChannel channel = await ChannelAsync(here);
        upstream.IsBroken = true;
        await here.Server.SyncDueAsync(CancellationToken.None);
        Assert.That(here.Server.Catalogue.FindUpstream(channel.Id)!.Result, Does.Contain("the line is cut"));
        upstream.IsBroken = false;
        await here.Server.SyncDueAsync(CancellationToken.None);
        Assert.That(upstream.Asked, Is.EqualTo(1), "not before its time");
        here.Clock.Advance(TimeSpan.FromHours(2));
        await here.Server.SyncDueAsync(CancellationToken.None);
        Assert.That(here.Server.Catalogue.FindUpstream(channel.Id)!.Result, Is.EqualTo("leads to 1.0.0 (amd64-usr)"));
    }

    [Test]
    public async Task A_payload_that_was_changed_on_the_way_is_not_taken()
    {
        using ServerBench there = new();
        await there.SetUpAsync();
        using ServerBench here = new(upstream: new Upstream(there) { IsChanged = true });
        CatalogueChannel channel = await ChannelAsync(here);
        CatalogueException? refused = await Assert.ThrowsAsync<CatalogueException>(
            () => here.Server.SyncAsync(ServerBench.Admin, channel.Id, CancellationToken.None));
        Assert.That(refused!.Fault, Is.EqualTo(CatalogueFault.Untrusted));
        Assert.That(here.Server.Catalogue.Packages, Is.Empty);
    }

    private static async Task<CatalogueChannel> ChannelAsync(ServerBench here)
    {
        await here.Server.AddAppAsync(
            ServerBench.Admin, new AppWish { Id = ServerBench.App, Name = "CoreOS" }, CancellationToken.None);
        CatalogueChannel channel = await here.Server.AddChannelAsync(
            ServerBench.Admin, "CoreOS", "stable", "amd64-usr", CancellationToken.None);
        await here.Server.SetUpstreamAsync(
            ServerBench.Admin, channel.Id, new UpstreamWish { Url = "http://there.test/v1/update/" },
            CancellationToken.None);
        return channel;
    }

    private sealed class Upstream(ServerBench there) : IUpstream
    {
        public bool IsBroken { get; set; }

        public bool IsChanged { get; init; }

        public int Asked { get; private set; }

        public Task<OmahaResponse> AskAsync(Uri server, OmahaRequest request, CancellationToken cancellation)
        {
            Asked++;
            return IsBroken ? throw new IOException("the line is cut") : there.AskAsync(request);
        }

        public async Task<CataloguePackage> FetchAsync(
            Uri file, Func<Stream, Task<CataloguePackage>> take, CancellationToken cancellation)
        {
            string[] parts = file.AbsolutePath.Trim('/').Split('/');
            ShelvedFile shelved = there.Server.FindFile(parts[1], parts[2])!;
            byte[] bytes = await File.ReadAllBytesAsync(shelved.Path, cancellation);
            if (IsChanged)
                bytes[^100] ^= 1;
            using MemoryStream content = new(bytes);
            return await take(content);
        }
    }
}
