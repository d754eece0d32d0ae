using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Updates.Server;

/// <summary>Machines and the update server, from the first question to the new version.</summary>
[TestFixture, Category("Unit")]
internal sealed class ServerFlowTests
{
    [Test]
    public async Task A_machine_is_offered_the_channels_package_and_its_way_is_followed()
    {
        using ServerBench bench = new();
        CatalogueGroup group = await bench.SetUpAsync();
        CataloguePackage package = await bench.ReleaseAsync("1.1.0", 2);
        UpdateReply.Offered? offered = await bench.CheckAsync("m1", "1.0.0", "0.0.0.0") as UpdateReply.Offered;
        CatalogueFile file = package.Full!;
        Assert.That(offered!.Offer.Version, Is.EqualTo("1.1.0"));
        Assert.That(offered.Offer.SizeBytes, Is.EqualTo(file.Size));
        Assert.That(
            offered.Offer.Urls.Single().AbsoluteUri,
            Is.EqualTo($"{ServerBench.BaseUrl}packages/{file.Sha256}/update.payload"));
        ShelvedFile? shelved = bench.Server.FindFile(file.Sha256, "update.payload");
        Assert.That(File.ReadAllBytes(shelved!.Path), Is.EqualTo(ServerBench.Payload("1.1.0", 2)));
        Assert.That((await bench.SeeAsync("m1")).State, Is.EqualTo(RolloutState.Granted));

        foreach ((OmahaEvent told, RolloutState state) in ((OmahaEvent, RolloutState)[])
            [
                (OmahaEvent.DownloadStarted, RolloutState.Downloading),
                (OmahaEvent.DownloadFinished, RolloutState.Downloaded),
                (OmahaEvent.Installed, RolloutState.Installed),
            ])
        {
            Assert.That(await bench.TellAsync("m1", "1.0.0", told), Is.InstanceOf<UpdateReply.Acknowledged>());
            Assert.That((await bench.SeeAsync("m1")).State, Is.EqualTo(state));
        }

        Assert.That(await bench.CheckAsync("m1", "1.1.0", "1.0.0"), Is.InstanceOf<UpdateReply.UpToDate>());
        MachineView seen = await bench.SeeAsync("m1");
        Assert.That(
            (seen.State, seen.Version, seen.Group, seen.Alias, seen.Oem, seen.AlephVersion, seen.Board, seen.Address),
            Is.EqualTo((
                RolloutState.Complete, "1.1.0", group.Id, "host-m1", "ami", "0.9.0", "amd64-usr", "10.0.0.1")));
        IReadOnlyList<MachineEvent> history = await bench.Server.GetHistoryAsync(
            ServerBench.App, "m1", 0, 100, CancellationToken.None);
        Assert.That(
            history.Select(told => told.Kind).Reverse(),
            Is.EqualTo((MachineEventKind[])
            [
                MachineEventKind.First, MachineEventKind.Told, MachineEventKind.Granted, MachineEventKind.Told,
                MachineEventKind.Told, MachineEventKind.Told, MachineEventKind.Told, MachineEventKind.Version,
            ]));
    }

    [Test]
    public async Task Who_is_held_back_gets_noupdate_with_the_reason_and_people_see_the_same()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync(new RolloutPolicy { MaxAtATime = 1 });
        await bench.ReleaseAsync("1.1.0", 2);
        Assert.That(await bench.CheckAsync("m1", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
        UpdateReply.Held? held = await bench.CheckAsync("m2", "1.0.0") as UpdateReply.Held;
        Assert.That(held!.Hold.Reason, Is.EqualTo(HoldReasons.Concurrency));
        Assert.That((await bench.SeeAsync("m2")).Hold?.Reason, Is.EqualTo(HoldReasons.Concurrency));
        await bench.Server.PauseGroupAsync(ServerBench.Admin, "CoreOS", "servers", "wait", CancellationToken.None);
        held = await bench.CheckAsync("m3", "1.0.0") as UpdateReply.Held;
        Assert.That(held!.Hold.Text, Does.Contain("wait"));
        await bench.Server.ResumeGroupAsync(ServerBench.Admin, "CoreOS", "servers", CancellationToken.None);
        await bench.Server.SetOverrideAsync(
            ServerBench.Admin, "CoreOS", "m3", new MachineOverride { IsForced = true }, CancellationToken.None);
        Assert.That(await bench.CheckAsync("m3", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
        await bench.Server.SetOverrideAsync(
            ServerBench.Admin, "CoreOS", "m4", new MachineOverride { IsExempt = true }, CancellationToken.None);
        held = await bench.CheckAsync("m4", "1.0.0") as UpdateReply.Held;
        Assert.That(held!.Hold.Reason, Is.EqualTo(HoldReasons.Exempt));
    }

    [Test]
    public async Task Failures_stop_a_rollout_and_the_audit_log_says_so()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync(new RolloutPolicy { ErrorStop = new ErrorStop(0.1, 2) });
        await bench.ReleaseAsync("1.1.0", 2);
        foreach (string machine in (string[])["m1", "m2"])
        {
            Assert.That(await bench.CheckAsync(machine, "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
            await bench.TellAsync(machine, "1.0.0", OmahaEvent.Failed(0x20000000 | 37));
        }

        UpdateReply.Held? held = await bench.CheckAsync("m3", "1.0.0") as UpdateReply.Held;
        Assert.That(held!.Hold.Reason, Is.EqualTo(HoldReasons.ErrorStop));
        Assert.That((await bench.SeeAsync("m1")).ErrorCode, Is.EqualTo(37u), "without flags");
        IReadOnlyList<AuditEntry> audit = await bench.Server.GetAuditAsync(0, 1, CancellationToken.None);
        Assert.That((audit[0].What, audit[0].Who), Is.EqualTo(("group.stop", "server")));
        Assert.That(
            (await bench.Server.GetStandingAsync(CancellationToken.None)).Problems, Has.Some.Contain("was stopped"));
        bench.Restart();
        held = await bench.CheckAsync("m4", "1.0.0") as UpdateReply.Held;
        Assert.That(held!.Hold.Reason, Is.EqualTo(HoldReasons.ErrorStop), "also after a restart");
        await bench.Server.ResumeGroupAsync(ServerBench.Admin, "CoreOS", "servers", CancellationToken.None);
        Assert.That(await bench.CheckAsync("m3", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
    }

    [Test]
    public async Task The_machine_finds_its_group_by_id_name_track_and_board_or_falls_to_the_default()
    {
        using ServerBench bench = new();
        CatalogueGroup group = await bench.SetUpAsync();
        CatalogueChannel arm = await bench.Server.AddChannelAsync(
            ServerBench.Admin, "CoreOS", "stable", "arm64-usr", CancellationToken.None);
        CatalogueGroup other = await bench.Server.AddGroupAsync(
            ServerBench.Admin, "CoreOS", new GroupWish { Name = "arms", Track = "stable", Channel = arm.Id },
            CancellationToken.None);
        await bench.CheckAsync("a", "1.0.0", group: "stable");
        await bench.CheckAsync("b", "1.0.0", group: "stable", board: "arm64-usr");
        await bench.CheckAsync("c", "1.0.0", group: $"{{{other.Id.ToUpperInvariant()}}}");
        await bench.CheckAsync("d", "1.0.0", group: "servers", board: "arm64-usr");
        Assert.That(
            ((await bench.SeeAsync("a")).Group, (await bench.SeeAsync("b")).Group, (await bench.SeeAsync("c")).Group,
                (await bench.SeeAsync("d")).Group),
            Is.EqualTo((group.Id, other.Id, other.Id, group.Id)));
        UpdateReply.Failed? unknown = await bench.CheckAsync("e", "1.0.0", group: "beta") as UpdateReply.Failed;
        Assert.That(unknown!.Fault.Message, Does.Contain("group"));
        await bench.Server.ChangeAppAsync(
            ServerBench.Admin, "CoreOS", new AppWish { DefaultGroup = "servers" }, CancellationToken.None);
        Assert.That(await bench.CheckAsync("e", "1.0.0", group: "beta"), Is.InstanceOf<UpdateReply.UpToDate>());
    }

    [Test]
    public async Task Floors_are_gone_through_one_by_one_or_together_by_who_takes_several()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        CataloguePackage floor = await bench.AddAsync("1.1.0", 2);
        await bench.Server.SetFloorAsync(
            ServerBench.Admin, bench.Channel.Id, floor.Id, "new boot stage", CancellationToken.None);
        CataloguePackage target = await bench.ReleaseAsync("1.2.0", 3);
        UpdateReply.Offered? offered = await bench.CheckAsync("m1", "1.0.0") as UpdateReply.Offered;
        Assert.That((offered!.Offer.Version, offered.Offer.FloorReason), Is.EqualTo(("1.1.0", "new boot stage")));
        OmahaRequest request = ClientRequests.Check(
            new UpdateMachine
            {
                Client = "x",
                Version = "1.0.0",
                Group = "stable",
                MachineId = "m2",
                BootId = "b",
            },
            false,
            "");
        request = request with { Apps = [request.Apps[0] with { MultiManifestOkay = true }] };
        OmahaUpdateAnswer answer = (await bench.AskAsync(request)).Apps[0].UpdateCheck!;
        Assert.That(answer.Manifests.Select(one => one.Version), Is.EqualTo((string[])["1.1.0", "1.2.0"]));
        Assert.That((answer.Manifests[0].IsFloor, answer.Manifests[1].IsTarget), Is.EqualTo((true, true)));
        Assert.That(
            answer.Codebases[0] + answer.Manifests[1].Packages[0].Name,
            Is.EqualTo($"{ServerBench.BaseUrl}packages/{target.Full!.Sha256}/update.payload"));
        await bench.UpdateAsync("m1", "1.0.0", "1.1.0");
        offered = await bench.CheckAsync("m1", "1.1.0") as UpdateReply.Offered;
        Assert.That(offered!.Offer.Version, Is.EqualTo("1.2.0"));
    }

    [Test]
    public async Task A_delta_goes_to_who_runs_its_version_and_takes_such()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        CataloguePackage package = await bench.ReleaseAsync("1.1.0", 2);
        byte[] old = CoreNode.Tests.Updates.Payload.TestImages.Noise(
            1, 3 * CoreNode.Tests.Updates.Payload.TestImages.BlockBytes);
        using MemoryStream delta = new(ServerBench.Payload("1.1.0", 2, old: old));
        FileWish wish = new() { Kind = CatalogueFileKind.Delta, FromVersion = "1.0.0" };
        await bench.Server.AddFileAsync(ServerBench.Admin, package.Id, wish, delta, CancellationToken.None);
        UpdateReply.Offered? full = await bench.CheckAsync("m1", "1.0.0") as UpdateReply.Offered;
        UpdateReply.Offered? small = await bench.CheckAsync("m2", "1.0.0", deltaOkay: true) as UpdateReply.Offered;
        UpdateReply.Offered? other = await bench.CheckAsync("m3", "0.9.0", deltaOkay: true) as UpdateReply.Offered;
        Assert.That((full!.Offer.IsDelta, other!.Offer.IsDelta), Is.EqualTo((false, false)));
        CatalogueFile file = bench.Server.Catalogue.FindPackage(package.Id)!.Files[1];
        if (file.Size < package.Full!.Size)
            Assert.That(small!.Offer.IsDelta, Is.True);
        Assert.That(bench.Server.FindFile(file.Sha256, "delta-from-1.0.0.payload"), Is.Not.Null);
        Assert.That(bench.Server.FindFile(file.Sha256, "update.payload"), Is.Null, "names belong to their payload");
    }

    [Test]
    public async Task Nothing_that_does_not_verify_is_taken_and_nothing_of_it_stays()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        byte[] good = ServerBench.Payload("2.0.0", 9);
        byte[] changed = [.. good];
        changed[^40] ^= 1;
        byte[] foreign = ServerBench.Payload(
            "2.0.0", 9, key: CoreNode.Updates.Keys.SigningKey.Create(CoreNode.Updates.Keys.KeyKind.EcdsaP256));
        foreach ((byte[] payload, PackageWish wish, CatalogueFault fault) in ((byte[], PackageWish, CatalogueFault)[])
            [
                (changed, new(), CatalogueFault.Untrusted),
                (foreign, new(), CatalogueFault.Untrusted),
                (good[..^1], new(), CatalogueFault.Untrusted),
                ("<html></html>"u8.ToArray(), new(), CatalogueFault.Untrusted),
                (good, new() { Version = "2.0.1" }, CatalogueFault.Invalid),
                (good, new() { Board = "arm64-usr" }, CatalogueFault.Invalid),
                (good, new() { Size = good.Length + 1 }, CatalogueFault.Untrusted),
                (good, new() { Size = good.Length - 1 }, CatalogueFault.Untrusted),
                (good, new() { Sha256 = new string('0', 64) }, CatalogueFault.Untrusted),
                (ServerBench.Payload("2.0.0", 9, app: "other"), new(), CatalogueFault.Invalid),
            ])
        {
            using MemoryStream stream = new(payload);
            CatalogueException? refused = await Assert.ThrowsAsync<CatalogueException>(
                () => bench.Server.AddPackageAsync(
                    ServerBench.Admin, "CoreOS", wish, stream, CancellationToken.None));
            Assert.That(refused!.Fault, Is.EqualTo(fault), refused.Message);
        }

        Assert.That(Directory.GetFiles(Path.Combine(bench.Folder, "payloads")), Has.Length.EqualTo(1));
        Assert.That(bench.Server.Catalogue.Packages, Has.Count.EqualTo(1));
        using MemoryStream again = new(good);
        await bench.Server.AddPackageAsync(
            ServerBench.Admin, "CoreOS", new PackageWish(), again, CancellationToken.None);
    }

    [Test]
    public async Task A_release_whose_date_has_passed_or_whose_file_is_gone_is_held_with_the_reason()
    {
        using ServerBench bench = new();
        await ReleaseForTwoDaysAsync(bench);
        await bench.PassAsync(TimeSpan.FromDays(3));
        UpdateReply.Held? held = await bench.CheckAsync("m2", "1.0.0") as UpdateReply.Held;
        Assert.That((held!.Hold.Reason, held.Hold.Text), Is.EqualTo((
            HoldReasons.NoPackage, "version 1.1.0 was signed to be valid till 2026-03-04: machines refuse it")));
    }
    [Test]
    public async Task What_is_due_once_its_clock_has_moved_on_is_done_even_if_nobody_asks_again()
    {
        ServerClock clock = new();
        LeapingClock leaping = new(clock);
        using ServerBench bench = new(clock: clock, time: leaping);
        await ReleaseForTwoDaysAsync(bench);
        // The question is answered by the old time; what follows it is due by the new one.
        leaping.Leap(TimeSpan.FromDays(3));
        await bench.Server.GetStandingsAsync("", "", CancellationToken.None);
        await bench.Server.GetStandingsAsync("", "", CancellationToken.None);
        Assert.That(await bench.CheckAsync("m2", "1.0.0"), Is.InstanceOf<UpdateReply.Held>());
    }

    private static async Task ReleaseForTwoDaysAsync(ServerBench bench)
    {
        await bench.SetUpAsync();
        ulong expiry = (ulong)bench.Clock.Now.AddDays(2).ToUnixTimeSeconds();
        using MemoryStream payload = new(ServerBench.Payload("1.1.0", 2, expiry: expiry));
        CataloguePackage package = await bench.Server.AddPackageAsync(
            ServerBench.Admin, "CoreOS", new PackageWish(), payload, CancellationToken.None);
        await bench.Server.SetChannelAsync(ServerBench.Admin, bench.Channel.Id, package.Id, CancellationToken.None);
        Assert.That(await bench.CheckAsync("m1", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
    }

    // Leaps when time is measured, which is after the moment of what is being answered was taken.
    private sealed class LeapingClock(ServerClock clock) : TimeProvider
    {
        private long _ahead;

        public override long TimestampFrequency => clock.TimestampFrequency;

        public void Leap(TimeSpan by) => Volatile.Write(ref _ahead, by.Ticks);

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp()
        {
            clock.Advance(TimeSpan.FromTicks(Interlocked.Exchange(ref _ahead, 0)));
            return clock.GetTimestamp();
        }
    }
}
