using System.Net;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Tests.Updates.Omaha;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;
using CoreNode.Updates.Server.Answers;

namespace CoreNode.Tests.Updates.Server;

/// <summary>Machines that lie, flood and send rubbish cost bounded memory and keep nobody from updates.</summary>
[TestFixture, Category("Unit")]
internal sealed class HostileMachinesTests
{
    [Test]
    public async Task A_flood_of_made_up_machines_pushes_out_nobody_who_came_twice()
    {
        using ServerBench bench = new(new UpdateServerOptions { Folder = "", MaxMachinesPerApp = 60 });
        await bench.SetUpAsync();
        for (int i = 0; i < 40; i++)
        {
            await bench.CheckAsync($"real-{i}", "1.0.0");
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await bench.CheckAsync($"real-{i}", "1.0.0");
        }

        for (int i = 0; i < 300; i++)
            Assert.That(await bench.CheckAsync($"made-up-{i}", "1.0.0"), Is.InstanceOf<UpdateReply.UpToDate>());
        MachinePage page = await bench.Server.ListMachinesAsync(
            new MachineQuery { Count = 1000 }, CancellationToken.None);
        Assert.That(page.Total, Is.EqualTo(60));
        Assert.That(page.Machines.Count(machine => machine.Machine.StartsWith("real", StringComparison.Ordinal)),
            Is.EqualTo(40));
        Assert.That(bench.Metrics.Counter("corenode_update_server_gave_way_total", "").Value, Is.EqualTo(280));
        bench.Restart();
        Assert.That(
            (await bench.Server.ListMachinesAsync(new MachineQuery(), CancellationToken.None)).Total, Is.EqualTo(60));
    }

    [Test]
    public async Task One_address_fills_its_own_places_only_and_who_has_none_to_give_is_refused()
    {
        using ServerBench bench = new(new UpdateServerOptions { Folder = "", MaxMachinesPerAddress = 5 });
        await bench.SetUpAsync();
        await bench.ReleaseAsync("1.1.0", 2);
        for (int i = 0; i < 5; i++)
            Assert.That(await StatusAsync(bench, $"a{i}", "10.9.9.9"), Is.EqualTo("ok"));
        // All five were granted an update: none of them gives way.
        Assert.That(await StatusAsync(bench, "a5", "10.9.9.9"), Is.EqualTo(AppStatus.NotRegistered));
        Assert.That(await StatusAsync(bench, "b0", "10.9.9.10"), Is.EqualTo("ok"));
        Assert.That(await StatusAsync(bench, "c0", "2001:db8::1"), Is.EqualTo("ok"));
        for (int i = 1; i < 5; i++)
            Assert.That(await StatusAsync(bench, $"c{i}", $"2001:db8::ffff:{i}"), Is.EqualTo("ok"));
        Assert.That(await StatusAsync(bench, "c5", "2001:db8::abcd:1"), Is.EqualTo(AppStatus.NotRegistered));
        Assert.That(await StatusAsync(bench, "a0", "10.9.9.9"), Is.EqualTo("ok"), "who is known is served");
    }

    [Test]
    public async Task The_same_told_again_and_again_is_written_once_and_history_is_bounded()
    {
        using ServerBench bench = new(new UpdateServerOptions { Folder = "", MaxHistoryPerMachine = 10 });
        await bench.SetUpAsync();
        for (int i = 0; i < 30; i++)
            await bench.TellAsync("m1", "1.0.0", OmahaEvent.Deferred(40));
        Assert.That(await HistoryAsync(bench), Has.Count.EqualTo(2), "first seen, and deferred");
        for (uint i = 0; i < 100; i++)
            await bench.TellAsync("m1", "1.0.0", OmahaEvent.Failed(i));
        Assert.That(await HistoryAsync(bench), Has.Count.LessThanOrEqualTo(10));
        Assert.That((await HistoryAsync(bench))[0].ErrorCode, Is.EqualTo(99u), "the newest stay");
    }

    [Test]
    public async Task Words_beyond_any_sense_are_cut_or_refused()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        string long1 = new('x', 5000);
        OmahaApp app = new()
        {
            Id = ServerBench.App,
            Version = "1.0.0",
            Track = "stable",
            MachineId = "m1",
            MachineAlias = long1 + "<&\"\n",
            Board = long1,
            Oem = long1,
            OemVersion = long1,
            AlephVersion = long1,
            UpdateCheck = new OmahaUpdateCheck(long1),
            Events = [OmahaEvent.Running(long1)],
        };
        Assert.That(await StatusAsync(bench, app), Is.EqualTo("ok"));
        MachineView seen = await bench.SeeAsync("m1");
        Assert.That((seen.Alias.Length, seen.Board.Length, seen.Oem.Length), Is.EqualTo((128, 64, 64)));
        Assert.That(await StatusAsync(bench, app with { MachineId = long1 }), Is.EqualTo(AppStatus.NotRegistered));
        Assert.That(await StatusAsync(bench, app with { MachineId = "" }), Is.EqualTo(AppStatus.NotRegistered));
        Assert.That(await StatusAsync(bench, app with { Version = long1 }), Is.EqualTo(AppStatus.InvalidVersion));
        Assert.That(await StatusAsync(bench, app with { Version = "" }), Is.EqualTo(AppStatus.InvalidVersion));
        Assert.That(await StatusAsync(bench, app with { Track = "nobody" }), Is.EqualTo(AppStatus.UnknownGroup));
        Assert.That(await StatusAsync(bench, app with { Id = "{none}" }), Is.EqualTo(AppStatus.UnknownApplication));
    }

    [Test]
    public async Task Whatever_comes_an_answer_of_Omaha_goes_back()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        Prng random = new(20260302);
        byte[] good = Encoding.UTF8.GetBytes(Recorded.Text("old-client.xml"));
        for (int i = 0; i < 1000; i++)
        {
            byte[] body = [.. good];
            int changes = random.Next(1, 8);
            for (int change = 0; change < changes; change++)
                body[random.Next(body.Length)] = (byte)random.Next(256);
            if (random.Chance(0.2))
                body = body[..random.Next(body.Length)];
            OmahaReply reply = await bench.AskAsync(body, $"10.0.{random.Next(4)}.1");
            Assert.That(reply.HttpStatus, Is.EqualTo(200).Or.EqualTo(400));
            OmahaResponse? read = OmahaResponseCodec.Read(reply.Body, out OmahaFault? fault);
            Assert.That(fault, Is.Null);
            Assert.That(read!.Apps, Is.Not.Empty);
        }
    }

    [TestCase("10.1.2.3", "10.1.2.3")]
    [TestCase("::ffff:10.1.2.3", "10.1.2.3")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("::1", "::1")]
    public void Addresses_are_counted_by_who_has_them(string address, string counted) =>
        Assert.That(AddressText.Of(IPAddress.Parse(address)), Is.EqualTo(counted));

    [Test]
    public async Task Machines_that_vanish_are_forgotten_but_not_those_that_somebody_named()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync(new RolloutPolicy { ForgetAfter = TimeSpan.FromDays(10) });
        await bench.CheckAsync("m1", "1.0.0");
        await bench.Server.SetOverrideAsync(
            ServerBench.Admin, "CoreOS", "m2", new MachineOverride { IsExempt = true }, CancellationToken.None);
        await bench.PassAsync(TimeSpan.FromDays(11));
        Assert.That(await bench.Server.GetMachineAsync("CoreOS", "m1", CancellationToken.None), Is.Null);
        Assert.That(await bench.Server.GetMachineAsync("CoreOS", "m2", CancellationToken.None), Is.Not.Null);
        bench.Restart();
        Assert.That(
            (await bench.Server.ListMachinesAsync(new MachineQuery(), CancellationToken.None)).Total, Is.EqualTo(1));
    }

    private static Task<IReadOnlyList<MachineEvent>> HistoryAsync(ServerBench bench) =>
        bench.Server.GetHistoryAsync("CoreOS", "m1", 0, 1000, CancellationToken.None);

    private static async Task<string?> StatusAsync(ServerBench bench, OmahaApp app, string from = "10.0.0.1") =>
        (await bench.AskAsync(new OmahaRequest { Apps = [app] }, from)).Apps[0].Status;

    private static Task<string?> StatusAsync(ServerBench bench, string machine, string from) => StatusAsync(
        bench,
        new OmahaApp
        {
            Id = ServerBench.App,
            Version = "1.0.0",
            Track = "stable",
            MachineId = machine,
            UpdateCheck = new OmahaUpdateCheck(),
        },
        from);
}
