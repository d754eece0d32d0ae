using CoreNode.Cluster.Clients;
using CoreNode.Hosting.Overlay;
using CoreNode.Overlay.Desk;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Setup;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Tests.Api.Fleet;

namespace CoreNode.Tests.Hosting.Overlay;

/// <summary>What becomes of a configuration that comes by a node's desk.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class OverlayOrdersTests
{
    private const string Text = """{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan"}}""";

    private ApiHarness _api = null!;
    private LocalKvClient _store = null!;
    private NetworkSetup _setup = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _api = await ApiHarness.StartAsync();
        _store = new LocalKvClient(_api.Store, TimeProvider.System);
        _setup = new NetworkSetup(_store);
    }

    [TearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task One_that_is_right_is_stored_once(CancellationToken stop)
    {
        OverlayWish wish = new("blue", Text + "\n");
        Assert.That(await KindAsync(wish with { IsOnlyCheck = true }, stop), Is.EqualTo(OverlayWishKind.Checked));
        Assert.That(await _setup.ListAsync(stop), Is.Empty);
        Assert.That(await KindAsync(wish, stop), Is.EqualTo(OverlayWishKind.Stored));
        Assert.That((await _setup.ReadAsync("blue", stop)).Text, Is.EqualTo(Text));
        Assert.That(await KindAsync(wish, stop), Is.EqualTo(OverlayWishKind.Same));
        Assert.That(await KindAsync(new OverlayWish("", Text), stop), Is.EqualTo(OverlayWishKind.Wrong), "overlaps");
        Assert.That(await _setup.ListAsync(stop), Is.EqualTo((string[])["blue"]));
    }

    [TestCase("", """{"Network":"10.1.0.0/16","SubnetLen":17}""", "SubnetLen: ")]
    [TestCase("", "nonsense", "it is no JSON")]
    [TestCase("subnets", Text, "network: ")]
    public async Task What_is_wrong_is_named(string network, string text, string problem)
    {
        CancellationToken stop = TestContext.CurrentContext.CancellationToken;
        OverlayWishResult result = await OverlayOrders.SetAsync(_setup, new OverlayWish(network, text), stop);
        Assert.That(result.Kind, Is.EqualTo(OverlayWishKind.Wrong));
        Assert.That(result.Problems[0], Does.StartWith(problem));
    }

    [Test]
    public async Task Subnets_that_machines_have_are_taken_only_from_who_accepts_it(CancellationToken stop)
    {
        await KindAsync(new OverlayWish("", Text), stop);
        await _store.SetAsync(
            OverlayKeys.Default.Lease("10.1.5.0-24"), """{"PublicIP":"192.168.0.5"}""", KvSetOptions.None, stop);
        OverlayWish wish = new("", """{"Network":"10.2.0.0/16","Backend":{"Type":"vxlan"}}""");
        OverlayWishResult result = await OverlayOrders.SetAsync(_setup, wish, stop);
        Assert.That(result.Kind, Is.EqualTo(OverlayWishKind.Moving));
        Assert.That(result.Effects[0], Does.Contain("10.1.5.0/24 of 192.168.0.5"));
        Assert.That(await KindAsync(wish with { MovesLeases = true }, stop), Is.EqualTo(OverlayWishKind.Stored));
    }

    [Test]
    public async Task What_somebody_else_wrote_meanwhile_stays(CancellationToken stop)
    {
        foreach (string? before in (string?[])[null, Text])
        {
            SetupPlan plan = await _setup.PlanAsync(
                await _setup.ReadAsync("", stop), """{"Network":"10.3.0.0/16"}""", stop);
            Assert.That(plan.Before.Text, Is.EqualTo(before));
            await _store.SetAsync(OverlayKeys.Default.Config, Text, KvSetOptions.None, stop);
            Assert.That(await _setup.StoreAsync(plan, stop), Is.False);
            Assert.That((await _setup.ReadAsync("", stop)).Text, Is.EqualTo(Text));
        }
    }

    [Test]
    public async Task A_store_that_is_away_is_told(CancellationToken stop)
    {
        OverlayWishResult result = await OverlayOrders.SetAsync(
            new NetworkSetup(new AwayStore()), new OverlayWish("", Text), stop);
        Assert.That(result.Kind, Is.EqualTo(OverlayWishKind.Unavailable));
        Assert.That(result.Problems[0], Does.StartWith("/coreos.com/network/config cannot be read now"));
    }

    private async Task<OverlayWishKind> KindAsync(OverlayWish wish, CancellationToken stop) =>
        (await OverlayOrders.SetAsync(_setup, wish, stop)).Kind;
}
