using System.Diagnostics;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>Native nodes of one cluster take an update, and the server sends it about once.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class SharedPayloadTests
{
    private const int PayloadBytes = 32 << 20;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(200);

    [Test, CancelAfter(240_000)]
    public async Task Three_members_and_a_worker_download_once()
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes);
        await using SharingNodes nodes = await SharingNodes.StartAsync(machines, members: 3, workers: 1);
        foreach (UpdateCalls one in nodes.Calls)
            await one.NowAsync(s_deadline);
        await Task.WhenAll(nodes.Calls.Select(one => one.InstalledAsync(s_deadline)));
        double times = (double)machines.Server.SentBytes / machines.PayloadBytes;
        TestContext.Out.WriteLine($"the server sent {times:0.###} times the payload");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(times, Is.InRange(1, 1.1));
            Assert.That(
                nodes.Calls.SelectMany(static one => one.Sources), Has.Some.EqualTo("the server"));
            Assert.That(
                nodes.Calls.SelectMany(static one => one.Sources),
                Has.Some.StartsWith("machine 0000000000000000000000000000000"));
            Assert.That(nodes.KeptBytes(), Is.EqualTo(2 * machines.PayloadBytes), "kept twice");
        }
    }

    [Test, CancelAfter(240_000)]
    public Task Three_members_and_seven_workers_that_begin_together_download_once() =>
        TogetherAsync(PayloadBytes, s_deadline);

    // The figure of docs/benchmarks.md.
    [Test, Explicit("needs 5 GB of disk, and minutes"), Category("Benchmark"), CancelAfter(1_000_000)]
    public Task Ten_nodes_download_300_MB_once() => TogetherAsync(300_000_000, TimeSpan.FromMinutes(15));

    [Test, CancelAfter(240_000)]
    public async Task One_member_and_nine_workers_download_once()
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes);
        await using SharingNodes nodes = await SharingNodes.StartAsync(machines, members: 1, workers: 9);
        Stopwatch watch = Stopwatch.StartNew();
        while (nodes.All[0].StandardError.Split("shares payloads, too").Length <= 9)
        {
            Assert.That(watch.Elapsed, Is.LessThan(s_deadline), nodes.All[0].StandardError);
            await Task.Delay(50);
        }

        // The member begins: nothing but what they told it says that it is not alone.
        await nodes.Calls[0].NowAsync(s_deadline);
        await nodes.Calls[0].UntilAsync(
            static status => status.GetProperty("source").GetString() == "the server", s_deadline);
        await nodes.UpdateAsync(s_deadline);
        double times = (double)machines.Server.SentBytes / machines.PayloadBytes;
        TestContext.Out.WriteLine($"the server sent {times:0.###} times the payload");
        Assert.That(times, Is.InRange(1, 1.1));
    }

    [Test, CancelAfter(240_000)]
    public async Task When_the_node_dies_that_fetches_the_others_go_on_without_beginning_anew()
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes);
        await using SharingNodes nodes = await SharingNodes.StartAsync(
            machines, members: 3, workers: 1, "--update-rate", "8000000");
        // The worker begins, so that no vote dies with it.
        UpdateCalls first = nodes.Calls[3];
        await first.NowAsync(s_deadline);
        await first.UntilAsync(static status => Done(status) > 0.05, s_deadline);
        foreach (UpdateCalls one in nodes.Calls.Take(3))
            await one.NowAsync(s_deadline);
        foreach (UpdateCalls one in nodes.Calls.Take(3))
            await one.UntilAsync(static status => Done(status) > 0.3, s_deadline);
        long before = machines.Server.SentBytes;
        await nodes.Workers[0].KillAsync();
        await Task.WhenAll(nodes.Calls.Take(3).Select(one => one.InstalledAsync(s_deadline)));
        double times = (double)machines.Server.SentBytes / machines.PayloadBytes;
        TestContext.Out.WriteLine($"the server sent {times:0.###} times the payload, {before} bytes before");
        Assert.That(times, Is.InRange(1, 1.6));
    }

    [Test, CancelAfter(240_000)]
    public async Task Nodes_on_an_existing_etcd_download_once()
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes / 2);
        await using ServerProcess etcd = await EtcdProcess.StartAsync();
        await using ServerProcess one = await StartGuestAsync(etcd, machines.Add(1));
        await using ServerProcess other = await StartGuestAsync(etcd, machines.Add(2));
        using UpdateCalls first = new(one);
        using UpdateCalls second = new(other);
        await first.NowAsync(s_deadline);
        await second.NowAsync(s_deadline);
        await Task.WhenAll(first.InstalledAsync(s_deadline), second.InstalledAsync(s_deadline));
        double times = (double)machines.Server.SentBytes / machines.PayloadBytes;
        TestContext.Out.WriteLine($"the server sent {times:0.###} times the payload");
        Assert.That(times, Is.InRange(1, 1.15));
    }

    [Test, CancelAfter(240_000)]
    public async Task Where_it_is_off_each_asks_the_server()
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes / 4);
        await using SharingNodes nodes = await SharingNodes.StartAsync(
            machines, members: 2, workers: 0, "--update-share", "off");
        foreach (UpdateCalls one in nodes.Calls)
            await one.NowAsync(s_deadline);
        await Task.WhenAll(nodes.Calls.Select(one => one.InstalledAsync(s_deadline)));
        Assert.That(machines.Server.SentBytes, Is.GreaterThanOrEqualTo(2 * machines.PayloadBytes));
        Assert.That(nodes.Calls.SelectMany(static one => one.Sources), Is.Empty);
    }

    private static async Task TogetherAsync(int payloadBytes, TimeSpan deadline)
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(payloadBytes);
        await using SharingNodes nodes = await SharingNodes.StartAsync(machines, members: 3, workers: 7);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(nodes.Calls.Select(one => one.NowAsync(deadline)));
        double begun = watch.Elapsed.TotalSeconds;
        await Task.WhenAll(nodes.Calls.Select(one => one.InstalledAsync(deadline)));
        double times = (double)machines.Server.SentBytes / machines.PayloadBytes;
        IReadOnlyList<int> keepers = await nodes.KeepersAsync();
        TestContext.Out.WriteLine(
            $"the server sent {times:0.####} times the payload of {machines.PayloadBytes} bytes; all asked within "
            + $"{begun:0.0} s and had installed it after {watch.Elapsed.TotalSeconds:0.0} s; {keepers.Count} keepers");
        Assert.That(times, Is.InRange(1, 1.1));
    }

    private static Task<ServerProcess> StartGuestAsync(ServerProcess etcd, IReadOnlyList<string> own) =>
        ServerProcess.StartAsync(new ServerCommand("corenode --store", TestPrograms.Corenode, place =>
        [
            "node", "--modules", "units,updates", "--store", etcd.Url, "--data-dir", place.DataFolder,
            "--listen-client-urls", ServerPlace.Text(place.ClientUrl), "--listen-peer-urls",
            ServerPlace.Text(place.PeerUrl), "--unix-socket", place.SocketPath, "--initial-cluster-token",
            "secret of a test", .. own,
        ]));

    private static double Done(System.Text.Json.JsonElement status) => status.GetProperty("progress").GetDouble();
}
