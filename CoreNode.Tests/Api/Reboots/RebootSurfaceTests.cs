using CoreNode.Reboots.Desk;

namespace CoreNode.Tests.Api.Reboots;

/// <summary>Status and orders over HTTP.</summary>
[TestFixture, Category("Unit")]
internal sealed class RebootSurfaceTests
{
    private RebootHarness _harness = null!;

    [SetUp]
    public async Task StartAsync() => _harness = await RebootHarness.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _harness.DisposeAsync();

    [Test]
    public async Task The_status_has_every_field()
    {
        _harness.Desk.Status = new RebootStatusView
        {
            Stage = "lock-wait",
            StageSince = 1,
            Reason = "a \"quoted\" one",
            NextAt = 2,
            Want = "2.0 is installed",
            WantedBy = "update",
            Since = 3,
            Strategy = "off",
            IsStrategySet = true,
            StrategyFrom = "order",
            Windows = "daily 03:00 1h (UTC)",
            WindowsFrom = "flag",
            Fuzz = "30m",
            FuzzFrom = "order",
            Group = "g",
            GroupFrom = "flag",
            LockSince = 4,
            By = "kexec",
            IsOutageAccepted = true,
            Ended = "e",
            EndedAt = 5,
            IsFailed = true,
            Forbidden = "f",
        };
        RawAnswer answer = await _harness.AskAsync("GET", "/corenode/v1/reboot");
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(answer.Body, Is.EqualTo(
            """
            {"stage":"lock-wait","stageSince":1,"reason":"a \"quoted\" one","nextAt":2,"want":"2.0 is installed",
            "wantedBy":"update","since":3,"strategy":"off","strategySet":true,"strategyFrom":"order",
            "windows":"daily 03:00 1h (UTC)","windowsFrom":"flag","fuzz":"30m","fuzzFrom":"order",
            "group":"g","groupFrom":"flag","lockSince":4,"by":"kexec","outageAccepted":true,
            "ended":"e","endedAt":5,"failed":true,"forbidden":"f"}
            """.ReplaceLineEndings("") + "\n"));
    }

    [Test]
    public async Task Orders_reach_the_desk_with_their_words()
    {
        await _harness.AskAsync("POST", "/corenode/v1/reboot/now", """{"reason":"new kernel","acceptOutage":true}""");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/now", """{"by":"kexec"}""");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/now");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/accept-outage");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/cancel");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/strategy", """{"strategy":"off"}""");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/windows", """{"windows":"Thu 23:00 1h"}""");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/group", """{"group":""}""");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/fuzz", """{"fuzz":null}""");
        await _harness.AskAsync("POST", "/corenode/v1/reboot/fuzz");
        Assert.That(_harness.Desk.Wishes, Is.EqualTo((RebootWish[])
        [
            new(RebootWishKind.Now) { Reason = "new kernel", IsOutageAccepted = true },
            new(RebootWishKind.Now) { By = "kexec" },
            new(RebootWishKind.Now),
            new(RebootWishKind.AcceptOutage),
            new(RebootWishKind.Cancel),
            new(RebootWishKind.Strategy) { Strategy = "off" },
            new(RebootWishKind.Windows) { Value = "Thu 23:00 1h" },
            new(RebootWishKind.Group) { Value = "" },
            new(RebootWishKind.Fuzz),
            new(RebootWishKind.Fuzz),
        ]));
    }

    [TestCase("GET", "/corenode/v1/reboot/now", "", 405)]
    [TestCase("POST", "/corenode/v1/reboot", "", 405)]
    [TestCase("POST", "/corenode/v1/reboot/never", "", 404)]
    [TestCase("POST", "/corenode/v1/reboots", "", 404)]
    [TestCase("POST", "/corenode/v1/reboot/now", "[1]", 400)]
    [TestCase("POST", "/corenode/v1/reboot/now", "{", 400)]
    [TestCase("POST", "/corenode/v1/reboot/now", "{\"by\":\"magic\"}", 400)]
    [TestCase("POST", "/corenode/v1/reboot/windows", "{\"windows\":[\"Thu 23:00 1h\"]}", 400)]
    [TestCase("POST", "/corenode/v1/reboot/fuzz", "{\"fuzz\":5}", 400)]
    [TestCase("POST", "/corenode/v1/reboot/now", "{\"reason\":\"two\\nlines\"}", 400)]
    public async Task What_is_no_order_is_refused(string method, string path, string body, int status)
    {
        RawAnswer answer = await _harness.AskAsync(method, path, body);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        Assert.That(_harness.Desk.Wishes, Is.Empty);
    }

    [Test]
    public async Task A_refusal_says_why()
    {
        _harness.Desk.Refusal = "the machine is going down already";
        RawAnswer answer = await _harness.AskAsync("POST", "/corenode/v1/reboot/cancel");
        Assert.That(answer.Status, Is.EqualTo(409));
        Assert.That(answer.Body, Does.Contain("the machine is going down already"));
    }
}
