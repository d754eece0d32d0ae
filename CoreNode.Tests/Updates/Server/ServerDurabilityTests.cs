using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Updates.Server;

/// <summary>What was answered is there after a restart, a kill at any point, and a full disk.</summary>
[TestFixture, Category("Fault")]
internal sealed class ServerDurabilityTests
{
    [Test]
    public async Task A_restart_knows_everything_that_was_known()
    {
        using ServerBench bench = new();
        await ServerSamples.FillAsync(bench);
        string before = await bench.DescribeAsync();
        bench.Restart();
        Assert.That(await bench.DescribeAsync(), Is.EqualTo(before));
        bench.Restart();
        Assert.That(await bench.DescribeAsync(), Is.EqualTo(before));
    }

    // What a kill leaves is what SQLite has written by then: after each answer the files are taken as they are.
    [Test]
    public async Task A_kill_after_any_answer_loses_nothing_of_it()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync(new RolloutPolicy { MaxPerPeriod = 3 });
        await bench.ReleaseAsync("1.1.0", 2);
        List<(string Folder, string Expected)> kills = [];
        OmahaEvent[] way = [OmahaEvent.DownloadStarted, OmahaEvent.DownloadFinished, OmahaEvent.Installed];
        for (int machine = 0; machine < 4; machine++)
        {
            await bench.CheckAsync($"m{machine}", "1.0.0", "0.9.0");
            kills.Add(await KillAsync(bench, kills.Count));
            if (machine == 3)
                break;
            foreach (OmahaEvent told in way)
            {
                await bench.TellAsync($"m{machine}", "1.0.0", told);
                kills.Add(await KillAsync(bench, kills.Count));
            }
        }

        await bench.Server.AddTokenAsync(
            ServerBench.Admin, "ops", AccessRole.Admin, null, CancellationToken.None);
        kills.Add(await KillAsync(bench, kills.Count));
        foreach ((string folder, string expected) in kills)
        {
            using ServerBench after = new(folder: folder, clock: bench.Clock);
            Assert.That(await after.DescribeAsync(), Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Limits_hold_over_a_restart()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync(new RolloutPolicy { MaxPerPeriod = 2, Period = TimeSpan.FromHours(2) });
        await bench.ReleaseAsync("1.1.0", 2);
        Assert.That(await bench.CheckAsync("m1", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
        bench.Restart();
        Assert.That(await bench.CheckAsync("m2", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
        bench.Restart();
        UpdateReply.Held? held = await bench.CheckAsync("m3", "1.0.0") as UpdateReply.Held;
        Assert.That(held!.Hold.Reason, Is.EqualTo(HoldReasons.RateLimit));
        Assert.That(
            await bench.CheckAsync("m1", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>(), "its answer may be lost");
    }

    [Test]
    public async Task A_check_that_tells_nothing_new_writes_nothing()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        await bench.CheckAsync("m1", "1.0.0", "0.9.0");
        await bench.CheckAsync("m1", "1.0.0");
        long pulse = bench.Server.Pulse;
        string log = Path.Combine(bench.Folder, "server.db-wal");
        (long Length, DateTime Written) before = (new FileInfo(log).Length, File.GetLastWriteTimeUtc(log));
        for (int i = 0; i < 50; i++)
            Assert.That(await bench.CheckAsync("m1", "1.0.0"), Is.InstanceOf<UpdateReply.UpToDate>());
        Assert.That((new FileInfo(log).Length, File.GetLastWriteTimeUtc(log)), Is.EqualTo(before));
        Assert.That(bench.Server.Pulse, Is.EqualTo(pulse));
    }

    [Test]
    public async Task The_last_sign_of_a_machine_is_there_after_a_stop()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        await bench.CheckAsync("m1", "1.0.0");
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        await bench.CheckAsync("m1", "1.0.0");
        DateTimeOffset seen = bench.Clock.Now;
        bench.Restart();
        Assert.That((await bench.SeeAsync("m1")).LastSeen, Is.EqualTo(seen));
    }

    [Test]
    public async Task A_full_disk_refuses_what_would_be_written_and_goes_on_with_the_rest()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        await bench.CheckAsync("m1", "1.0.0");
        await bench.ReleaseAsync("1.1.0", 2);
        bench.Restart();
        UpdateServerOptions small = bench.Options with { MaxDatabaseBytes = 1 };
        bench.Server.Dispose();
        using ServerBench full = new(small, bench.Folder, bench.Clock);
        string before = await DescribeUntilFullAsync(full);
        int refused = 0;
        for (int i = 0; i < 20; i++)
        {
            OmahaRequest request = Request($"new-{i}", "1.0.0");
            OmahaAppAnswer answer = (await full.AskAsync(request)).Apps[0];
            if (answer.Status == "error-internal")
                refused++;
        }

        Assert.That(refused, Is.EqualTo(20), "in Omaha's own words");
        CatalogueException? order = await Assert.ThrowsAsync<CatalogueException>(() => full.Server.AddAppAsync(
            ServerBench.Admin, new AppWish { Name = "another" }, CancellationToken.None));
        Assert.That(order!.Fault, Is.EqualTo(CatalogueFault.Full));
        Assert.That(await full.DescribeAsync(), Is.EqualTo(before), "memory is as it was");
        full.Server.Dispose();
        bench.Restart();
        Assert.That(await bench.DescribeAsync(), Is.EqualTo(before), "and so is the disk");
        Assert.That(await bench.CheckAsync("new-1", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
    }

    // Each second a write is tried; whoever asks in the same moment must not be refused for it.
    [Test]
    public async Task On_a_full_disk_known_machines_are_answered_whoever_asks_beside_them()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        await bench.ReleaseAsync("1.1.0", 2);
        await bench.CheckAsync("current", "1.1.0");
        await bench.CheckAsync("granted", "1.0.0");
        bench.Server.Dispose();
        using ServerBench full = new(bench.Options with { MaxDatabaseBytes = 1 }, bench.Folder, bench.Clock);
        await DescribeUntilFullAsync(full);
        for (int i = 0; i < 200; i++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(2));
            Task<OmahaResponse> news = full.AskAsync(Request($"new-{i}", "1.0.0"));
            Task<UpdateReply> current = full.CheckAsync("current", "1.1.0");
            Task<UpdateReply> granted = full.CheckAsync("granted", "1.0.0");
            Assert.That((await news).Apps[0].Status, Is.EqualTo("error-internal"));
            Assert.That(await current, Is.InstanceOf<UpdateReply.UpToDate>(), $"round {i}");
            Assert.That(await granted, Is.InstanceOf<UpdateReply.Offered>(), $"round {i}");
        }
    }

    [Test]
    public async Task A_second_server_on_the_same_folder_is_refused()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        IOException? refused = Assert.Throws<IOException>(() => new ServerBench(folder: bench.Folder).Dispose());
        Assert.That(refused!.Message, Does.Contain("in use"));
    }

    // Rooms in pages that are there already let a few writes through: goes on till none does.
    private static async Task<string> DescribeUntilFullAsync(ServerBench bench)
    {
        for (int i = 0; i < 2000; i++)
        {
            OmahaAppAnswer answer = (await bench.AskAsync(Request($"fill-{i}", "1.0.0"))).Apps[0];
            if (answer.Status == "error-internal")
                return await bench.DescribeAsync();
        }

        Assert.Fail("the disk never became full");
        return "";
    }

    private static OmahaRequest Request(string machine, string version) => ClientRequests.Check(
        new UpdateMachine
        {
            Client = "x",
            Version = version,
            Group = "stable",
            MachineId = machine,
            BootId = "b",
            Board = "amd64-usr",
            Alias = new string('a', 100),
        },
        false,
        "");

    private static async Task<(string Folder, string Expected)> KillAsync(ServerBench bench, int number)
    {
        string expected = await bench.DescribeAsync();
        string folder = Path.Combine(bench.Folder, $"kill-{number}");
        Directory.CreateDirectory(folder);
        foreach (string name in (string[])["server.db", "server.db-wal"])
            File.Copy(Path.Combine(bench.Folder, name), Path.Combine(folder, name));
        Directory.CreateSymbolicLink(Path.Combine(folder, "payloads"), Path.Combine(bench.Folder, "payloads"));
        return (folder, expected);
    }
}
