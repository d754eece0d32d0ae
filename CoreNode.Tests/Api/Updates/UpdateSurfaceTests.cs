using CoreNode.Tests.Updates.Desk;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Api.Updates;

/// <summary>/corenode/v1/update: what is answered, what is ordered, and by whom.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class UpdateSurfaceTests
{
    private const string Root = "/corenode/v1/update";

    private UpdateHarness _api = null!;

    [SetUp]
    public async Task StartAsync() => _api = await UpdateHarness.StartAsync();

    [TearDown]
    public Task StopAsync() => _api.DisposeAsync().AsTask();

    [Test]
    public async Task The_status_has_every_field_of_the_desk()
    {
        _api.Desk.Change(static view => view with
        {
            Stage = "downloading",
            Status = "UPDATE_STATUS_DOWNLOADING",
            Progress = 0.25,
            BytesDone = 100,
            BytesTotal = 400,
            NewVersion = "1.4.1",
            NewSlot = "USR-B",
            NewSize = 400,
            Source = "machine 7",
            LastChecked = 1_795_000_000,
            NextStep = "apply",
            NextAt = 1_795_000_060,
            Reason = "1.4.1 is fetched and written; it pauses: \"full\"",
            Hold = "full",
            Pinned = "1.4",
            LastFailure = new UpdateFailureView(9, "DownloadTransfer", "it broke", 1_794_000_000),
        });
        RawAnswer answer = await _api.AskAsync("GET", Root);
        Assert.That(answer.Status, Is.EqualTo(200));
        const string expected = """
            {"stage":"downloading","status":"UPDATE_STATUS_DOWNLOADING","progress":0.25,
            "bytesDone":100,"bytesTotal":400,"runningVersion":"1.4.0","runningSlot":"USR-A",
            "newVersion":"1.4.1","newSlot":"USR-B","newSize":400,
            "source":"machine 7","lastChecked":1795000000,"nextStep":"apply","nextAt":1795000060,
            "againAt":0,"reason":"1.4.1 is fetched and written; it pauses: \"full\"","hold":"full","pinned":"1.4",
            "lastFailure":{"code":9,"name":"DownloadTransfer","text":"it broke","at":1794000000},
            "server":"https://updates.example.com/v1/update/","group":"stable"}
            """;
        Assert.That(answer.Body, Is.EqualTo(expected.Replace("\n", "", StringComparison.Ordinal) + "\n"));
    }

    [Test]
    public async Task Without_failure_and_with_odd_progress_the_status_is_json_all_the_same()
    {
        _api.Desk.Change(static view => view with { Progress = double.NaN });
        RawAnswer answer = await _api.AskAsync("GET", Root);
        Assert.That(answer.Body, Does.Contain("\"progress\":0,").And.Contain("\"lastFailure\":null,"));
    }

    [Test]
    public async Task The_history_is_told_oldest_first()
    {
        Assert.That((await _api.AskAsync("GET", Root + "/history")).Body, Is.EqualTo("{\"entries\":[]}\n"));
        _api.Desk.Remember(new UpdateHistoryItem { At = 1, From = "1", To = "2", Outcome = "Success", Text = "done" });
        _api.Desk.Remember(new UpdateHistoryItem { At = 2, From = "2", Outcome = "Error", Code = 1, Text = "no" });
        Assert.That((await _api.AskAsync("GET", Root + "/history")).Body, Is.EqualTo(
            """{"entries":[{"at":1,"from":"1","to":"2","outcome":"Success","code":0,"text":"done"},"""
            + """{"at":2,"from":"2","to":"","outcome":"Error","code":1,"text":"no"}]}""" + "\n"));
    }

    [TestCase("check", "", UpdateOrderKind.Check)]
    [TestCase("now", "{}", UpdateOrderKind.Now)]
    [TestCase("now", """{"acceptBad":true}""", UpdateOrderKind.Now)]
    [TestCase("cancel", "", UpdateOrderKind.Cancel)]
    [TestCase("reset", "\n", UpdateOrderKind.Reset)]
    [TestCase("pin", """{"version":"1.4"}""", UpdateOrderKind.Pin)]
    [TestCase("unpin", "", UpdateOrderKind.Unpin)]
    [TestCase("rollback", "", UpdateOrderKind.Rollback)]
    [TestCase("apply", """{"url":"/root/a.payload"}""", UpdateOrderKind.Apply)]
    [TestCase("apply", """{"url":"https://a.example/b?c=d","later":[1]}""", UpdateOrderKind.Apply)]
    public async Task Orders_reach_the_desk(string word, string body, UpdateOrderKind kind)
    {
        _api.Desk.OnOrder = _ =>
        {
            _api.Desk.Change(static view => view with { Stage = "checking" });
            return "";
        };
        RawAnswer answer = await _api.AskAsync("POST", $"{Root}/{word}", body);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        Assert.That(answer.Body, Does.StartWith("{\"stage\":\"checking\""), "the status after it");
        UpdateOrder order = _api.Desk.Orders.Single();
        Assert.That(order.Kind, Is.EqualTo(kind));
        Assert.That(order.IsBadAccepted, Is.EqualTo(body.Contains("acceptBad", StringComparison.Ordinal)));
        Assert.That(order.Version, Is.EqualTo(kind == UpdateOrderKind.Pin ? "1.4" : ""));
        Assert.That(order.Url, kind == UpdateOrderKind.Apply ? Is.Not.Empty : Is.Empty);
    }

    [Test]
    public async Task A_refusal_is_told_with_its_reason()
    {
        _api.Desk.OnOrder = static _ => "there is nothing to cancel: no update is under way";
        RawAnswer answer = await _api.AskAsync("POST", Root + "/cancel");
        Assert.That(answer.Status, Is.EqualTo(409));
        Assert.That(answer.Body, Is.EqualTo(
            """{"message":"there is nothing to cancel: no update is under way"}"""));
    }

    [TestCase("POST", "/nothing", "", 404)]
    [TestCase("GET", "/nothing", "", 404)]
    [TestCase("POST", "/now/again", "", 404)]
    [TestCase("POST", "", "", 405)]
    [TestCase("PUT", "/history", "", 405)]
    [TestCase("GET", "/now", "", 405)]
    [TestCase("DELETE", "/pin", "", 405)]
    [TestCase("POST", "/now", "[]", 400)]
    [TestCase("POST", "/now", "{", 400)]
    [TestCase("POST", "/now", """{"acceptBad":1}""", 400)]
    [TestCase("POST", "/pin", "", 400)]
    [TestCase("POST", "/pin", """{"version":7}""", 400)]
    [TestCase("POST", "/pin", """{"version":"1 4"}""", 400)]
    [TestCase("POST", "/apply", "{}", 400)]
    [TestCase("POST", "/apply", """{"url":"a.payload"}""", 400)]
    [TestCase("POST", "/apply", """{"url":"ftp://a.example/b"}""", 400)]
    [TestCase("POST", "/apply", """{"url":"/a\u0000b"}""", 400)]
    public async Task What_is_no_order_reaches_nobody(string method, string path, string body, int status)
    {
        RawAnswer answer = await _api.AskAsync(method, Root + path, body);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        Assert.That(_api.Desk.Orders, Is.Empty);
        if (status is 400 or 404)
            Assert.That(answer.Body, Does.StartWith("{\"message\":\""));
    }

    [Test]
    public async Task A_body_that_is_too_long_is_refused()
    {
        string body = $$"""{"version":"{{new string('1', 17 << 10)}}"}""";
        RawAnswer answer = await _api.AskAsync("POST", Root + "/pin", body);
        Assert.That(answer.Status, Is.EqualTo(413));
        Assert.That(_api.Desk.Orders, Is.Empty);
    }

    [Test]
    public async Task Only_who_is_on_the_machine_may_have_it_go_back_in_time()
    {
        const string wish = """{"url":"/a","allowDowngrade":true}""";
        RawAnswer afar = await _api.AskAsync("POST", Root + "/apply", wish);
        Assert.That(afar.Status, Is.EqualTo(403));
        Assert.That(afar.Body, Does.Contain("unix socket"));
        RawAnswer passedOn = await _api.AskSocketAsync("POST", Root + "/apply", wish, "Via: 1.1 proxy\r\n");
        Assert.That(passedOn.Status, Is.EqualTo(403), "a proxy's own place is not its user's");
        Assert.That(_api.Desk.Orders, Is.Empty);
        RawAnswer near = await _api.AskSocketAsync("POST", Root + "/apply", wish);
        Assert.That(near.Status, Is.EqualTo(200), near.Body);
        Assert.That(_api.Desk.Orders.Single().IsDowngradeAllowed, Is.True);
    }

    [Test]
    public async Task A_watch_tells_each_change_until_the_reader_goes()
    {
        await using RawClient client = await RawClient.OpenAsync(_api.Api.AdminUrls[0]);
        await client.SendAsync($"GET {Root}?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n");
        RawAnswer head = await client.ReadHeadAsync();
        Assert.That(head.Status, Is.EqualTo(200));
        Assert.That(await client.ReadChunkAsync(), Does.StartWith("{\"stage\":\"idle\"").And.EndsWith("}\n"));
        foreach (string stage in (string[])["checking", "available", "downloading"])
        {
            _api.Desk.Change(view => view with { Stage = stage });
            Assert.That(await client.ReadChunkAsync(), Does.StartWith("{\"stage\":\"" + stage + "\""));
        }

        client.Reset();
        await UntilNobodyWaitsAsync();
    }

    [Test]
    public async Task A_watch_ends_with_the_node()
    {
        await using RawClient client = await RawClient.OpenAsync(_api.Api.AdminUrls[0]);
        await client.SendAsync($"GET {Root}?watch=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.ReadHeadAsync();
        await client.ReadChunkAsync();
        await _api.Api.StopAsync();
        await UntilNobodyWaitsAsync();
    }

    [Test]
    public async Task Other_surfaces_stay_beside_it()
    {
        Assert.That((await _api.AskAsync("GET", "/corenode/v1/other")).Body, Does.Contain("other"));
        Assert.That((await _api.AskAsync("GET", "/corenode/v1/updates")).Status, Is.EqualTo(404));
        RawAnswer asClient = await _api.Api.AskAsync("GET", Root);
        Assert.That(asClient.Status, Is.EqualTo(403), "not on a client listener");
    }

    private Task UntilNobodyWaitsAsync() =>
        FakeDesk.UntilAsync(() => _api.Desk.Waiting == 0, "somebody still waits");
}
