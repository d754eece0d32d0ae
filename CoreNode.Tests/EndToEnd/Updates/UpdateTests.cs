using System.Text.Json;
using CoreNode.Disks.Gpt;
using CoreNode.Foundation;
using CoreNode.Tests.Faults.Clusters;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>The native node updates its machine, an image with two slots, and is killed at any moment.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class UpdateTests
{
    private UpdatedMachine _machine = null!;

    [SetUp]
    public async Task SetUp() => _machine = await UpdatedMachine.MakeAsync();

    [TearDown]
    public ValueTask TearDown() => _machine.DisposeAsync();

    [Test]
    public async Task A_served_update_is_written_booted_and_marked_good_and_the_server_hears_of_it()
    {
        await _machine.StartAsync();
        await _machine.NowAsync();
        JsonElement status = await _machine.UntilStageAsync("need-reboot");
        Assert.That(status.GetProperty("newVersion").GetString(), Is.EqualTo("2.0"));
        Assert.That(status.GetProperty("newSlot").GetString(), Is.EqualTo("USR-B"));
        Assert.That(_machine.Attributes("USR-B").ToString(), Is.EqualTo("2/1/0"));
        _machine.AssertBootable();
        Assert.That(await _machine.RestartMachineAsync(), Is.EqualTo("USR-B"));
        status = await _machine.UntilAsync(static now =>
            now.GetProperty("stage").GetString() == "idle"
            && now.GetProperty("runningVersion").GetString() == "2.0");
        Assert.That(_machine.Attributes("USR-B").ToString(), Is.EqualTo("2/0/1"));
        Assert.That(_machine.Attributes("USR-A").IsSuccessful, Is.True);
        await _machine.NowAsync();
        await _machine.UntilAsync(static now => now.GetProperty("reason").GetString()!.Contains(
            "no update", StringComparison.Ordinal));
        // One that arrived just before the node was killed comes once more.
        List<string> events = [];
        foreach (string one in _machine.Server.Events)
        {
            if (events.Count == 0 || events[^1] != one)
                events.Add(one);
        }

        Assert.That(events, Is.EqualTo((string[])["3:2", "13:1", "14:1", "3:1", "3:2"]));
        Assert.That(_machine.Server.LastRequest, Does.Contain("previousversion=\"1.0\""));
        JsonElement last = (await _machine.HistoryAsync()).EnumerateArray().Last();
        Assert.That(last.GetProperty("outcome").GetString(), Is.EqualTo("Success"));
    }

    [TestCase(1UL), TestCase(2UL), TestCase(3UL)]
    public async Task Killed_at_any_moment_the_machine_boots_and_the_update_goes_on(ulong seed)
    {
        Prng chance = new(seed);
        // Slow enough that kills meet every part of it.
        await _machine.StartAsync("--update-rate", "8000000");
        for (int kill = 0; kill < 6; kill++)
        {
            await _machine.NowAsync();
            await Task.Delay(chance.Next(3000));
            await _machine.Node.KillAsync();
            _machine.AssertBootable();
            await _machine.StartAsync();
            string stage = (await _machine.UntilAsync(static now =>
                now.GetProperty("runningVersion").GetString()!.Length > 0)).GetProperty("stage").GetString()!;
            if (stage is "need-reboot" or "verifying" or "finalizing")
                break;
        }

        JsonElement status = await _machine.StatusAsync();
        if (status.GetProperty("stage").GetString() is "idle" or "reporting")
            await _machine.NowAsync();
        await _machine.UntilStageAsync("need-reboot");
        _machine.AssertBootable();
        Assert.That(_machine.Attributes("USR-B").MayStart, Is.True);
        Assert.That(await _machine.RestartMachineAsync(), Is.EqualTo("USR-B"));
        // While it proves itself, too.
        await _machine.Node.KillAsync();
        await _machine.StartAsync();
        await _machine.UntilAsync(static now =>
            now.GetProperty("stage").GetString() == "idle" && now.GetProperty("runningVersion").GetString() == "2.0");
        Assert.That(_machine.Attributes("USR-B").IsSuccessful, Is.True);
    }

    [Test]
    public async Task What_was_fetched_before_a_kill_is_not_fetched_again()
    {
        await _machine.StartAsync("--update-rate", "3000000");
        await _machine.NowAsync();
        await _machine.UntilAsync(static now => now.GetProperty("progress").GetDouble() > 0.5);
        await _machine.Node.KillAsync();
        await _machine.StartAsync();
        int before = _machine.Server.FetchedFrom.Count;
        await _machine.NowAsync();
        await _machine.UntilStageAsync("need-reboot");
        long[] after = [.. _machine.Server.FetchedFrom.Skip(before)];
        Assert.That(after.Max(), Is.GreaterThan(1 << 20), "it went on where it was");
        _machine.AssertBootable();
    }

    [Test]
    public async Task A_broken_check_of_health_sends_the_machine_back_and_the_version_is_not_taken_again()
    {
        await _machine.StartAsync();
        await _machine.NowAsync();
        await _machine.UntilStageAsync("need-reboot");
        await File.WriteAllTextAsync(_machine.BrokenMark, "");
        Assert.That(await _machine.RestartMachineAsync(), Is.EqualTo("USR-B"));
        JsonElement status = await _machine.UntilStageAsync("judging");
        Assert.That(status.GetProperty("runningVersion").GetString(), Is.EqualTo("2.0"));
        // A node that is killed while it judges goes on judging.
        await _machine.Node.KillAsync();
        await _machine.StartAsync();
        await _machine.UntilStageAsync("rolling-back");
        while (!File.Exists(_machine.RebootMark))
            await Task.Delay(20);
        Assert.That(_machine.Attributes("USR-B").IsSuccessful, Is.False);
        Assert.That(await _machine.RestartMachineAsync(), Is.EqualTo("USR-A"));
        status = await _machine.UntilAsync(static now =>
            now.GetProperty("stage").GetString() == "idle" && now.GetProperty("runningVersion").GetString() == "1.0");
        JsonElement failure = status.GetProperty("lastFailure");
        Assert.That(failure.GetProperty("code").GetInt32(), Is.EqualTo(44));
        Assert.That(failure.GetProperty("text").GetString(), Does.Contain("health.d/works"));
        await _machine.NowAsync();
        await _machine.UntilAsync(static now =>
            now.GetProperty("lastFailure").GetProperty("code").GetInt32() == (int)UpdateError.KnownBad);
        Assert.That(_machine.Server.Events, Does.Contain("3:0:44"));
        SlotAttributes good = _machine.Attributes("USR-A");
        Assert.That(good.IsSuccessful, Is.True);
    }

    [Test]
    public async Task While_the_stores_disk_hangs_the_update_waits_and_takes_nothing_from_it()
    {
        await _machine.StartAsync("--update-rate", "2000000");
        await _machine.NowAsync();
        await _machine.UntilAsync(static now => now.GetProperty("progress").GetDouble() > 0.05);
        RunningProgram strace = await HangingDisk.AttachAsync(_machine.Node.Pid, TimeSpan.FromMilliseconds(600));
        using CancellationTokenSource end = new();
        Task writing = WriteKeysAsync(end.Token);
        JsonElement held = await _machine.UntilAsync(static now => now.GetProperty("hold").GetString()!.Length > 0);
        Assert.That(held.GetProperty("hold").GetString(), Does.Contain("disk"));
        // What was on its way when it was told to pause may still be counted; then nothing more.
        long before = 0;
        await _machine.UntilAsync(now =>
        {
            long done = now.GetProperty("bytesDone").GetInt64();
            bool isStill = done == before;
            before = done;
            return isStill;
        });
        for (int look = 0; look < 20; look++)
        {
            JsonElement now = await _machine.StatusAsync();
            Assert.That(now.GetProperty("bytesDone").GetInt64(), Is.EqualTo(before), "it waits");
            await Task.Delay(50);
        }

        await end.CancelAsync();
        await writing;
        await HangingDisk.DetachAsync(strace);
        strace.Dispose();
        await _machine.UntilStageAsync("need-reboot");
        _machine.AssertBootable();
    }

    // So that the store has something to sync all the time.
    private async Task WriteKeysAsync(CancellationToken end)
    {
        using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(20) };
        while (!end.IsCancellationRequested)
        {
            using StringContent value = new("value=x", null, "application/x-www-form-urlencoded");
            using HttpResponseMessage answer = await client.PutAsync(
                $"{_machine.Node.Url}/v2/keys/busy", value, CancellationToken.None);
        }
    }
}
