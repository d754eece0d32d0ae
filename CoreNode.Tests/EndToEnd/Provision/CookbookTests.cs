using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Updates;

namespace CoreNode.Tests.EndToEnd.Provision;

/// <summary>
/// The configurations of docs/cookbook.md: validated, applied to a root, and the nodes that come of them run. Of what
/// the document says only addresses and the discovery URL are other ones here.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(240_000)]
internal sealed class CookbookTests
{
    private const string DocumentedUrl = "http://10.0.0.9:8087/5fe2b1c0d4a94f3f8a1d3b6b9d7f0e21";
    private const string DocumentedServer = "http://10.0.0.5:8000/";

    private readonly List<ConfiguredMachine> _machines = [];

    [TearDown]
    public async Task TearDown()
    {
        foreach (ConfiguredMachine machine in _machines)
            await machine.DisposeAsync();
        _machines.Clear();
    }

    [Test]
    public void Each_configuration_has_a_test() => Assert.That(
        Cookbook.Names(),
        Is.EqualTo(new[] { "one-box", "three-members", "workers", "update-server", "updated" }));

    [Test]
    public async Task One_box_serves_has_its_user_and_its_unit()
    {
        RequireRoot();
        ConfiguredMachine box = Make(ConfiguredMachine.NextNetwork(), 1, "fresh");
        await box.ApplyAsync(Cookbook.Text("one-box"));
        Assert.That(box.Read("etc/hostname"), Is.EqualTo("box\n"));
        Assert.That(
            box.Read("etc/passwd"), Does.Match("(?m)^ann:x:[0-9]+:[0-9]+:Ann, who runs it:/home/ann:/bin/bash$"));
        Assert.That(box.Read("etc/group"), Does.Contain("sudo:x:150:ann\n"));
        Assert.That(box.Read("home/ann/.ssh/authorized_keys"), Does.Contain("ssh-ed25519 AAAA"));
        Assert.That(box.Read("etc/motd"), Does.StartWith("This box does"));
        Assert.That(box.Read("etc/systemd/system/clock.service"), Does.Contain("ExecStart=/opt/bin/tell-time"));
        Assert.That(
            new FileInfo(box.Inside("etc/systemd/system/multi-user.target.wants/clock.service")).LinkTarget,
            Is.EqualTo("/etc/systemd/system/clock.service"));
        string options = box.Read("etc/corenode/corenode.yaml");
        Assert.That(options, Does.Contain("reboot-strategy: ").And.Contain("reboot-window: ").And.Contain("name: "));

        box.Start();
        await box.UntilAsync(() => box.PutAsync("greeting", "hello"), "serving writes");
        JsonNode? members = await box.GetAsync("/v2/members");
        Assert.That((string?)members!["members"]![0]!["name"], Is.EqualTo("box"));
    }

    [Test]
    public async Task Three_machines_with_one_file_become_members_and_workers_stand_before_them()
    {
        RequireRoot();
        await using DiscoveryServer discovery = await DiscoveryServer.StartAsync();
        string url = await discovery.NewAsync(3);
        string network = ConfiguredMachine.NextNetwork();
        for (int number = 1; number <= 3; number++)
        {
            ConfiguredMachine member = Make(network, number, $"machine{number}");
            await member.ApplyAsync(Cookbook.Text("three-members", (DocumentedUrl, url)));
            member.Start();
        }

        foreach (ConfiguredMachine member in _machines)
            await member.UntilAsync(async () => await MembersAsync(member) == 3, "a member of three");
        await _machines[0].UntilAsync(() => _machines[0].PutAsync("greeting", "hello"), "taking writes");

        for (int number = 4; number <= 5; number++)
        {
            ConfiguredMachine worker = Make(network, number, $"machine{number}");
            await worker.ApplyAsync(Cookbook.Text("workers", (DocumentedUrl, url)));
            worker.Start();
            await worker.UntilAsync(() => HasGreetingAsync(worker), "answering");
            Assert.That(await MembersAsync(worker), Is.EqualTo(3), "a worker is no member");
            await worker.UntilAsync(() => worker.PutAsync($"of{number}", "x"), "passing writes on");
        }
    }

    [Test]
    public async Task Machines_of_a_private_network_ask_its_own_update_server()
    {
        RequireRoot();
        string network = ConfiguredMachine.NextNetwork();
        await using UpdatedMachine slots = await UpdatedMachine.MakeAsync();
        ConfiguredMachine site = Make(network, 5, "fresh");
        await site.ApplyAsync(Cookbook.Text("update-server"));
        Assert.That(site.Read("etc/corenode/update-keys/release.pem"), Does.StartWith("-----BEGIN PUBLIC KEY-----\n"));
        string url = site.Read("etc/default/corenode-update-server").Trim().Split('=', 2)[1];
        Assert.That(url, Is.EqualTo($"http://{network}.5:8000"));
        await using UpdateServerProcess server = await UpdateServerProcess.StartAsync(slots.KeysFolder, url);
        await server.DoneAsync("app", "add", "os", "--id", "e96281a6-d1af-4bde-9a0a-97b76e56dc57");
        await server.DoneAsync("package", "add", slots.PayloadFile);
        await server.DoneAsync("channel", "add", "stable");
        await server.DoneAsync("channel", "set", "stable", "2.0");
        await server.DoneAsync("group", "add", "stable", "--channel", "stable");

        for (int number = 1; number <= 3; number++)
        {
            ConfiguredMachine machine = Make(network, number, $"n{number}");
            await machine.ApplyAsync(Cookbook.Text(
                "updated", ("10.0.0.1:", $"{network}.1:"), ("10.0.0.2:", $"{network}.2:"),
                ("10.0.0.3:", $"{network}.3:"), (DocumentedServer, url + "/")));
            // The first one has a disk with slots, of which its first look at the server leads to an update.
            machine.Start(number == 1
                ? [.. slots.FlagsOfDisk, "--update-rate", "1000"]
                : ["--modules", "store,units"]);
        }

        foreach (ConfiguredMachine member in _machines.Skip(1))
            await member.UntilAsync(async () => await MembersAsync(member) == 3, "a member of three");
        string[] check = ["update", "check", "--endpoints", $"unix://{_machines[1].SocketPath}"];
        await _machines[1].UntilAsync(
            async () =>
            {
                await ProgramResult.OfAsync(TestPrograms.Corenode(), check);
                return (await server.RunAsync("machine", "list")).Output.Contains("1.0", StringComparison.Ordinal);
            },
            "known to the update server");
    }

    private static async Task<int> MembersAsync(ConfiguredMachine machine) =>
        (await machine.GetAsync("/v2/members"))?["members"]?.AsArray().Count ?? 0;

    private static async Task<bool> HasGreetingAsync(ConfiguredMachine machine) =>
        (string?)(await machine.GetAsync("/v2/keys/greeting"))?["node"]?["value"] == "hello";

    private static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("only root gives files to other users");
    }

    private ConfiguredMachine Make(string network, int number, string hostname)
    {
        ConfiguredMachine machine = new($"{network}.{number}", hostname);
        _machines.Add(machine);
        return machine;
    }
}
