using System.Text.Json.Nodes;
using CoreNode.Cli.Locks;
using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.RebootLock;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Tests.RebootLock;

namespace CoreNode.Tests.Cli.Locks;

/// <summary><c>corenode lock</c> against a real client surface.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class LockCommandsTests
{
    private ApiHarness _api = null!;
    private LocalKvClient _store = null!;
    private string _url = "";

    [SetUp]
    public async Task StartAsync()
    {
        _api = await ApiHarness.StartAsync();
        _url = _api.Url.GetLeftPart(UriPartial.Authority);
        _store = new LocalKvClient(_api.Store, TimeProvider.System);
        _api.Cluster.Members =
        [
            new Member(new NodeId(1), "a", ["http://10.0.0.1:2380"], [_url]),
            new Member(new NodeId(2), "b", ["http://10.0.0.2:2380"], []),
            new Member(new NodeId(3), "c", ["http://10.0.0.3:2380"], []),
        ];
    }

    [TearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task A_lock_is_taken_shown_and_given_back()
    {
        Assert.That(await RunAsync("status"), Is.EqualTo(new CliRun(0, "the lock: 0 of 1 held, 1 free\n", "")));
        CliRun run = await RunAsync("acquire", "m1", "--reason", "new memory");
        Assert.That(run, Is.EqualTo(new CliRun(0, "m1 holds the lock\n", "")));
        run = await RunAsync("status");
        Assert.That(run.Output, Does.StartWith("the lock: 1 of 1 held, 0 free\n\nHOLDER "));
        Assert.That(run.Output, Does.Match(
            @"m1 +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(now\) +new memory +by hand +not known\n$"));
        run = await RunAsync("acquire", "m2");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.StartWith("the lock is not free: m1 since 20").And.Contain("(new memory)")
            .And.Contain("--wait"));
        run = await RunAsync("release", "m2");
        Assert.That(run, Is.EqualTo(
            new CliRun(4, "", "m2 does not hold the lock; `corenode lock status` shows who does\n")));
        Assert.That((await RunAsync("release", "m1")).Output, Is.EqualTo("m1 has given the lock back\n"));
    }

    [Test]
    public async Task A_release_that_went_back_is_shown_until_it_is_allowed(CancellationToken stop)
    {
        FailedRelease failed = new("2.0", "m1", DateTimeOffset.UnixEpoch, "not healthy in time", false);
        await new FailedReleases(_store).NoteAsync("", failed, stop);
        Assert.That((await RunAsync("status")).Output, Is.EqualTo(
            "the lock: 0 of 1 held, 1 free\nstopped: 2.0 went back on m1 at 1970-01-01T00:00:00Z (not healthy in time)"
            + "; no other machine restarts into it: corenode lock allow 2.0\n"));
        CliRun run = await RunAsync("allow", "2.1");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((4, "")));
        Assert.That(run.Error, Is.EqualTo("2.1 has not gone back on any machine; see `corenode lock status`\n"));
        Assert.That(
            await RunAsync("allow", "2.0"), Is.EqualTo(new CliRun(0, "machines may restart into 2.0 again\n", "")));
        Assert.That((await RunAsync("status")).Output, Is.EqualTo("the lock: 0 of 1 held, 1 free\n"));
    }

    [Test]
    public async Task This_machine_is_meant_where_nobody_is_named()
    {
        string id = (await File.ReadAllTextAsync("/etc/machine-id")).Trim();
        CliRun run = await RunAsync("acquire", "--group", "db");
        Assert.That(run.Output, Is.EqualTo($"{id} holds the lock of group db\n"), run.Error);
        Assert.That((await RunAsync("release", "--group", "db")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task Programs_get_json(CancellationToken stop)
    {
        await new OldLocksmith(_store, "old").LockAsync(stop);
        await RunAsync("set-max", "2", "--force");
        await RunAsync("acquire", "m1", "--release-after", "90m");
        JsonNode json = JsonNode.Parse((await RunAsync("status", "-o", "json")).Output)!;
        Assert.That(
            ((string?)json["group"], (int?)json["free"], (int?)json["max"]), Is.EqualTo(("", (int?)0, (int?)2)));
        JsonArray holders = json["holders"]!.AsArray();
        Assert.That((string?)holders[0]!["id"], Is.EqualTo("m1"));
        Assert.That(
            (DateTimeOffset?)holders[0]!["releaseAt"] - (DateTimeOffset?)holders[0]!["since"],
            Is.EqualTo(TimeSpan.FromMinutes(90)));
        Assert.That(holders[1]!.ToJsonString(), Is.EqualTo(
            """{"id":"old","since":null,"reason":"","releaseAt":null,"machine":"unknown","lastHeard":null}"""));
        Assert.That(json["failed"]!.AsArray(), Is.Empty);
        Assert.That((await RunAsync("status")).Output, Does.Match(@"old +not known +- +by hand +not known"));
        FailedRelease failed = new("2.0", "m1", DateTimeOffset.UnixEpoch, "not healthy", false);
        await new FailedReleases(_store).NoteAsync("", failed, stop);
        json = JsonNode.Parse((await RunAsync("status", "-o", "json")).Output)!;
        Assert.That(json["failed"]!.ToJsonString(), Is.EqualTo(
            """[{"release":"2.0","machine":"m1","at":"1970-01-01T00:00:00Z","why":"not healthy","allowed":false}]"""));
    }

    [Test]
    public async Task A_holder_is_told_to_be_up_or_gone_or_not_known(CancellationToken stop)
    {
        await RunAsync("set-max", "4", "--force");
        foreach (string id in (string[])["a", "b", "c", "d"])
            await RunAsync("acquire", id);
        await new Semaphores(_store, TimeProvider.System).HearAsync("", "a", stop);
        foreach (string key in (string[])["b/object", "b/cordon", "c/cordon"])
            await _store.SetAsync($"/_coreos.com/fleet/machines/{key}", "{}", KvSetOptions.None, stop);
        JsonNode json = JsonNode.Parse((await RunAsync("status", "-o", "json")).Output)!;
        Assert.That(
            json["holders"]!.AsArray().Select(static one => (string?)one!["machine"]),
            Is.EqualTo((string[])["up", "up", "gone", "unknown"]));
        Assert.That((DateTimeOffset?)json["holders"]![0]!["lastHeard"], Is.Not.Null);
        Assert.That((await RunAsync("status")).Output, Does.Match("a .* up\n").And.Match("b .* up, its lease stands\n")
            .And.Match("c .* gone, its lease is over\n").And.Match("d .* not known\n"));
    }

    [Test]
    public void A_holder_that_was_up_is_gone_since_then()
    {
        DateTimeOffset now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        LockHolder holder = new("m1", now.AddHours(-4), "", null) { Heard = now.AddHours(-3) };
        Assert.That(
            HolderMachine.Judge(holder, now, null).Why,
            Is.EqualTo("gone, last heard of 2026-11-22T09:00:00Z (3h ago)"));
        Assert.That(HolderMachine.Judge(holder, now, true).Word, Is.EqualTo("up"));
        Assert.That(
            HolderMachine.Judge(holder with { Since = now.AddHours(-1) }, now, null).Word, Is.EqualTo("unknown"),
            "that was of an earlier hold");
    }

    [Test]
    public async Task Waiting_ends_when_it_is_free(CancellationToken stop)
    {
        Semaphores locks = new(_store, TimeProvider.System);
        HolderNote note = new(DateTimeOffset.UnixEpoch, "update", null);
        await locks.AcquireAsync("", "m1", note, stop);
        using StringWriter output = new();
        TaskCompletionSource waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using LineWatcher error = new(waits);
        Task<int> run = CoreNode.Cli.CommandLine.RunAsync(
            ["lock", "acquire", "m2", "--wait"], CliRun.Host(output, error, endpoints: _url));
        await waits.Task.WaitAsync(stop);
        await locks.ReleaseAsync("", "m1", stop);
        Assert.That(await run, Is.Zero);
        Assert.That(output.ToString(), Is.EqualTo("m2 holds the lock\n"));
        Assert.That(error.ToString(), Is.EqualTo("waiting for the lock: m1 since 1970-01-01T00:00:00Z (update)\n"));
    }

    [Test]
    public async Task The_maximum_is_held_against_the_quorum()
    {
        CliRun run = await RunAsync("set-max", "2");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.Contain("3 voting members and needs 2 of them"));
        run = await RunAsync("set-max", "2", "--force");
        Assert.That(run, Is.EqualTo(new CliRun(0, "the lock: at most 2 at once (before: 1)\n", "")));
        Assert.That((await RunAsync("set-max", "1")).ExitCode, Is.Zero);
    }

    [TestCase("set-max", "x")]
    [TestCase("set-max", "-1")]
    [TestCase("acquire", "m1", "--release-after", "soon")]
    public async Task Wrong_usage_is_told(params string[] words)
    {
        CliRun run = await RunAsync(words);
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
    }

    [Test]
    public async Task What_is_no_lock_is_told_with_what_to_do(CancellationToken stop)
    {
        await _store.SetAsync(OldLocksmith.Key, "rubbish", KvSetOptions.None, stop);
        foreach (string word in new[] { "status", "acquire", "release" })
        {
            CliRun run = await RunAsync(word);
            Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")), word);
            Assert.That(run.Error, Does.Contain("is no reboot lock").And.Contain("corenode kv set"));
        }
    }

    [Test]
    public async Task A_node_that_is_not_there_is_told()
    {
        CliRun run = await CliRun.OfAsync(["lock", "status"], endpoints: "http://127.0.0.1:1");
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("127.0.0.1:1").And.Contain("--endpoints"));
    }

    private Task<CliRun> RunAsync(params string[] words) => CliRun.OfAsync(["lock", .. words], endpoints: _url);

    private sealed class LineWatcher(TaskCompletionSource seen) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            seen.TrySetResult();
        }
    }
}
