using CoreNode.Overlay.Desk;

namespace CoreNode.Tests.Api.Overlay;

/// <summary>Status, leases and configurations of overlay networks over HTTP.</summary>
[TestFixture, Category("Unit")]
internal sealed class OverlaySurfaceTests
{
    private OverlayHarness _harness = null!;

    [SetUp]
    public async Task StartAsync() => _harness = await OverlayHarness.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _harness.DisposeAsync();

    [Test]
    public async Task The_status_has_every_field()
    {
        _harness.Desk.Status = new OverlayStatusView(
        [
            OverlayHarness.Network with { Faults = [new OverlayFaultView(7, "a \"quoted\" one")] },
            new OverlayNetworkView { Waiting = ["no configuration", "no interface"], StoreAwaySince = 9 },
        ]);
        RawAnswer answer = await _harness.AskAsync("GET", "/corenode/v1/overlay");
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(answer.Body, Is.EqualTo(
            """
            {"networks":[{"network":"blue","ready":true,"waiting":[],"range":"10.1.0.0/16","backend":"vxlan",
            "subnet":"10.1.5.0/24","interface":"eth0","address":"192.168.0.5","mtu":1450,"until":2000000000,
            "renewalAt":1999996400,"storeAwaySince":0,"peers":[{"subnet":"10.1.6.0/24","address":"192.168.0.6",
            "backend":"vxlan","mac":"36:06:b5:2a:67:f2","until":1999999000,"reason":""},{"subnet":"10.1.7.0/24",
            "address":"192.168.0.7","backend":"udp","mac":"","until":0,"reason":"its backend is udp"}],
            "faults":[{"at":7,"reason":"a \"quoted\" one"}]},{"network":"","ready":false,
            "waiting":["no configuration","no interface"],"range":"","backend":"","subnet":"","interface":"",
            "address":"","mtu":0,"until":0,"renewalAt":0,"storeAwaySince":9,"peers":[],"faults":[]}]}
            """.ReplaceLineEndings("") + "\n"));
    }

    [Test]
    public async Task Leases_are_told_flat_with_the_own_one_first()
    {
        _harness.Desk.Status = new OverlayStatusView([OverlayHarness.Network, new OverlayNetworkView()]);
        RawAnswer answer = await _harness.AskAsync("GET", "/corenode/v1/overlay/leases");
        Assert.That(answer.Body, Is.EqualTo(
            """
            {"leases":[{"network":"blue","own":true,"subnet":"10.1.5.0/24","address":"192.168.0.5",
            "backend":"vxlan","mac":"","until":2000000000,"reason":""},{"network":"blue","own":false,
            "subnet":"10.1.6.0/24","address":"192.168.0.6","backend":"vxlan","mac":"36:06:b5:2a:67:f2",
            "until":1999999000,"reason":""},{"network":"blue","own":false,"subnet":"10.1.7.0/24",
            "address":"192.168.0.7","backend":"udp","mac":"","until":0,"reason":"its backend is udp"}]}
            """.ReplaceLineEndings("") + "\n"));
    }

    [Test]
    public async Task A_configuration_reaches_the_desk_with_its_words()
    {
        const string text = """{"Network":"10.1.0.0/16"}""";
        await _harness.AskAsync("PUT", "/corenode/v1/overlay/config", text);
        await _harness.AskAsync("PUT", "/corenode/v1/overlay/config?network=blue&check=true&move=true", text);
        Assert.That(_harness.Desk.Wishes, Is.EqualTo((OverlayWish[])
        [
            new("", text),
            new("blue", text) { IsOnlyCheck = true, MovesLeases = true },
        ]));
    }

    [TestCase(OverlayWishKind.Stored, 200, "stored")]
    [TestCase(OverlayWishKind.Same, 200, "same")]
    [TestCase(OverlayWishKind.Checked, 200, "checked")]
    [TestCase(OverlayWishKind.Wrong, 400, "wrong")]
    [TestCase(OverlayWishKind.Moving, 409, "moving")]
    [TestCase(OverlayWishKind.Overtaken, 409, "overtaken")]
    [TestCase(OverlayWishKind.Unavailable, 503, "unavailable")]
    public async Task What_became_of_it_is_told(OverlayWishKind kind, int status, string word)
    {
        _harness.Desk.Result = new OverlayWishResult(kind, ["SubnetLen: no"], ["two leases end"]);
        RawAnswer answer = await _harness.AskAsync("PUT", "/corenode/v1/overlay/config", "{}");
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Body, Is.EqualTo(
            $$"""{"result":"{{word}}","problems":["SubnetLen: no"],"effects":["two leases end"]}""" + "\n"));
    }

    [TestCase("POST", "/corenode/v1/overlay", 405)]
    [TestCase("PUT", "/corenode/v1/overlay/leases", 405)]
    [TestCase("GET", "/corenode/v1/overlay/config", 405)]
    [TestCase("GET", "/corenode/v1/overlay/other", 404)]
    [TestCase("GET", "/corenode/v1/overlays", 404)]
    public async Task What_is_no_request_of_it_is_refused(string method, string path, int status)
    {
        RawAnswer answer = await _harness.AskAsync(method, path);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        Assert.That(_harness.Desk.Wishes, Is.Empty);
    }

    [Test]
    public async Task A_body_that_is_too_long_is_refused()
    {
        RawAnswer answer = await _harness.AskAsync("PUT", "/corenode/v1/overlay/config", new string(' ', 70_000));
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(_harness.Desk.Wishes, Is.Empty);
    }
}
