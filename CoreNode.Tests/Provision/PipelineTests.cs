using System.Text;
using CoreNode.Foundation;
using CoreNode.Provision;
using CoreNode.Provision.Model;
using CoreNode.Tests.Yaml;

namespace CoreNode.Tests.Provision;

/// <summary>User data in, a machine's root out: all of provisioning on real files, as root.</summary>
[TestFixture, Category("Unit")]
internal sealed class PipelineTests
{
    private const string Config = """
        #cloud-config
        hostname: node1
        manage_etc_hosts: localhost
        ssh_authorized_keys:
          - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEwx7J3cZ1SpVn3a4aHnQ0u6n8u2n5Q1m9m8y1c0Zk7e core@example
        users:
          - name: elroy
            passwd: $6$ab$pjYD974cc6rxcrCW8KDRyxPoqfdt1FYRq5F7QrcSe/wADC6kKM2nwVARR1I9Uufa/AWTr/lgGBUZId8Aw3Efn.
            groups: [wheel, docker]
            ssh_authorized_keys:
              - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEwx7J3cZ1SpVn3a4aHnQ0u6n8u2n5Q1m9m8y1c0Zk7e elroy@example
        write_files:
          - path: /etc/motd
            content: |
              welcome to $private_ipv4
          - path: /opt/bin/tool
            permissions: "0755"
            encoding: base64
            content: IyEvYmluL3NoCg==
        coreos:
          etcd2:
            name: node1
            listen-client-urls: http://0.0.0.0:2379
          units:
            - name: hello.service
              command: start
              enable: true
              content: |
                [Service]
                ExecStart=/opt/bin/tool
                [Install]
                WantedBy=multi-user.target
            - name: docker.service
              drop-ins:
                - name: 10-proxy.conf
                  content: |
                    [Service]
                    Environment=A=b
            - name: 00-eth.network
              content: |
                [Match]
                Name=eth0
            - name: etcd2.service
              command: start
        """;

    private const string Script = "#!/bin/sh\necho $private_ipv4\n";

    private static string Parts(params string[] parts) =>
        "Content-Type: multipart/mixed; boundary=BB\n\n"
        + string.Concat(parts.Select(part => $"--BB\n\n{part}\n")) + "--BB--\n";

    [Test]
    public async Task A_cloud_config_becomes_a_root_and_the_second_run_finds_nothing_to_do()
    {
        using ScratchMachine machine = new();
        ProvisionOutcome first = await ProvisionRun.ApplyAsync(machine, null, Config);
        Assert.That(first.Failure, Is.Empty);
        Assert.That(first.IsComplete, Is.True);
        Assert.That(machine.Text("/etc/hostname"), Is.EqualTo("node1\n"));
        Assert.That(machine.Text("/etc/hosts"), Does.Contain("node1"));
        Assert.That(machine.Text("/etc/motd"), Is.EqualTo("welcome to 10.0.0.1\n"));
        Assert.That(machine.Text("/etc/passwd"), Does.Contain("\nelroy:x:"));
        Assert.That(machine.Text("/etc/group"), Does.Contain("docker:x:233:elroy"));
        Assert.That(machine.Has("/etc/environment"), Is.False);
        Assert.That(machine.Text("/etc/corenode/corenode.yaml"), Does.Contain("name: "));
        Assert.That(machine.Text("/home/core/.ssh/authorized_keys"), Does.Contain("core@example"));
        Assert.That(
            File.GetUnixFileMode(machine.Folder + "/opt/bin/tool").HasFlag(UnixFileMode.OtherExecute), Is.True);
        Assert.That(machine.Has("/etc/systemd/system/hello.service"), Is.True);
        Assert.That(machine.Has("/etc/systemd/system/multi-user.target.wants/hello.service"), Is.True);
        string tree = machine.Tree();
        ToldProgress progress = new();
        ProvisionOutcome second = await ProvisionRun.ApplyAsync(machine, null, Config, progress);
        Assert.That(second.Plan.Changes, Is.Empty, string.Join('\n', progress.Lines));
        Assert.That(progress.Lines, Is.Empty);
        Assert.That(machine.Tree(), Is.EqualTo(tree));
    }

    [Test]
    public async Task On_the_running_machine_units_and_scripts_are_told_once_in_their_order()
    {
        using ScratchMachine machine = new();
        ToldUnits units = new();
        ProvisionOutcome first = await ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script));
        Assert.That(first.Failure, Is.Empty);
        Assert.That(units.Told, Is.EqualTo(new[]
        {
            "reload", "Restart systemd-networkd.service", "Start hello.service", "Start corenode.service",
            "run script: #!/bin/sh\\necho 10.0.0.1",
        }));
        units.Told.Clear();
        ProvisionOutcome second = await ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script));
        Assert.That(second.Plan.Changes, Is.Empty);
        Assert.That(units.Told, Is.Empty);
        // What /run holds is gone after a restart of the machine.
        Directory.Delete(machine.Folder + ProvisionPaths.RunFolder, recursive: true);
        await ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script));
        Assert.That(units.Told, Is.EqualTo(new[]
        {
            "Start hello.service", "Start corenode.service", "run script: #!/bin/sh\\necho 10.0.0.1",
        }));
    }

    [Test]
    public async Task It_stops_at_what_fails_and_the_next_run_does_the_rest()
    {
        using ScratchMachine machine = new();
        ToldUnits units = new() { Failing = "Start corenode.service" };
        ToldProgress progress = new();
        ProvisionOutcome outcome = await ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script), progress);
        Assert.That(outcome.IsComplete, Is.False);
        Assert.That(outcome.Failure, Is.EqualTo("systemd did not Start corenode.service"));
        Assert.That(outcome.Done, Is.EqualTo(outcome.Plan.Changes.Count - 2));
        Assert.That(progress.Lines[^1], Does.StartWith("FAILED start corenode.service"));
        Assert.That(units.Told, Has.None.Contain("run script"));
        units.Told.Clear();
        units.Failing = "";
        outcome = await ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script));
        Assert.That(outcome.IsComplete, Is.True);
        Assert.That(units.Told, Is.EqualTo(new[]
        {
            "Start corenode.service", "run script: #!/bin/sh\\necho 10.0.0.1",
        }));
    }

    [Test]
    public async Task Interrupted_before_any_change_the_next_run_completes_it()
    {
        string whole;
        int changes;
        using (ScratchMachine machine = new())
        {
            ProvisionOutcome outcome = await ProvisionRun.ApplyAsync(machine, new ToldUnits(), Parts(Config, Script));
            Assert.That(outcome.Failure, Is.Empty);
            whole = machine.Tree();
            changes = machine.Changes;
        }

        Assert.That(changes, Is.GreaterThan(20));
        for (int made = 0; made < changes; made++)
        {
            using ScratchMachine machine = new() { ChangesLeft = made };
            ToldUnits units = new();
            await Assert.ThrowsAsync<InvalidOperationException>(
                () => ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script)));
            machine.ChangesLeft = int.MaxValue;
            ProvisionOutcome rest = await ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script));
            Assert.That(rest.Failure, Is.Empty, $"after {made}");
            Assert.That(machine.Tree(), Is.EqualTo(whole), $"after {made}");
            Assert.That(units.Told, Does.Contain("reload"), $"after {made}");
            Assert.That(units.Told, Does.Contain("Restart systemd-networkd.service"), $"after {made}");
            Assert.That(units.Told[^1], Does.StartWith("run script"), $"after {made}");
            Assert.That(
                (await ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script))).Plan.Changes, Is.Empty);
        }
    }

    [Test]
    public async Task Interrupted_before_any_work_of_units_the_next_run_does_it()
    {
        for (int done = 0; done < 5; done++)
        {
            using ScratchMachine machine = new();
            ToldUnits units = new() { WorkLeft = done };
            await Assert.ThrowsAsync<InvalidOperationException>(
                () => ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script)));
            Assert.That(units.Told, Has.Count.EqualTo(done));
            units.WorkLeft = int.MaxValue;
            Assert.That((await ProvisionRun.ApplyAsync(machine, units, Parts(Config, Script))).Failure, Is.Empty);
            Assert.That(units.Told, Is.EqualTo(new[]
            {
                "reload", "Restart systemd-networkd.service", "Start hello.service", "Start corenode.service",
                "run script: #!/bin/sh\\necho 10.0.0.1",
            }));
        }
    }

    [Test]
    public async Task The_makers_input_comes_first_then_what_the_source_tells_then_the_users()
    {
        const string makers = "#cloud-config\nhostname: oem\nwrite_files:\n  - {path: /etc/a, content: oem}\n"
            + "  - {path: /etc/b, content: oem}\n";
        UserData oem = ProvisionRun.Data(makers, "oem") with { IsOem = true };
        UserData user = ProvisionRun.Data("#cloud-config\nwrite_files:\n  - {path: /etc/a, content: user}\n") with
        {
            Hostname = "told.example.",
            SshKeys = ["ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n"],
            Addresses = new MachineAddresses { PublicIPv4 = "192.0.2.9" },
        };
        DesiredMachine desired = (await ProvisionRun.LoadAsync([user, oem])).Result.Desired;
        Assert.That(desired.Hostname, Is.EqualTo("told.example"));
        Assert.That(desired.Files.Select(f => f.Path), Is.EqualTo(new[] { "/etc/b", "/etc/a" }));
        Assert.That(desired.Users[0].Name, Is.EqualTo("core"));
        Assert.That(desired.Users[0].IsMade, Is.False);
        Assert.That(desired.Users[0].SshKeys, Is.EqualTo(new[] { "ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two" }));
        Assert.That(
            desired.Environment.Select(v => $"{v.Name}={v.Value}"),
            Is.EqualTo(new[] { "COREOS_PUBLIC_IPV4=192.0.2.9" }));
        UserData odd = ProvisionRun.Data("#cloud-config\n") with { Hostname = "a b" };
        ConfigResult refused = (await ProvisionRun.LoadAsync([odd])).Result;
        Assert.That(refused.Desired.Hostname, Is.Null);
        Assert.That(refused.Findings[0].Reason, Does.Contain("none that a machine can have"));
    }

    [Test]
    public async Task Random_changes_of_user_data_are_read_or_refused_with_a_reason()
    {
        Prng chance = new(23);
        string[] samples =
            [Config, Parts(Config, Script, "{\"ignition\": {\"version\": \"3.0.0\"}}"), YamlSamples.Cluster];
        int refused = 0;
        for (int i = 0; i < 1_500; i++)
        {
            StringBuilder text = new(samples[chance.Next(samples.Length)]);
            for (int changes = 1 + chance.Next(4); changes > 0; changes--)
            {
                int at = 15 + chance.Next(text.Length - 15);
                if (chance.Chance(0.5))
                    text.Remove(at, Math.Min(chance.Next(12), text.Length - at));
                else
                    text.Insert(at, text.ToString(chance.Next(text.Length / 2), chance.Next(20)));
            }

            ConfigResult result = (await ProvisionRun.LoadAsync([ProvisionRun.Data(text.ToString())])).Result;
            refused += result.IsRefused ? 1 : 0;
            Assert.That(result.Findings.All(f => f.Reason.Length > 0 && f.Source.Length > 0), Is.True, $"{i}");
        }

        Assert.That(refused, Is.InRange(300, 1_400));
    }

    [Test]
    public async Task Broken_yaml_is_told_with_its_place_and_the_input()
    {
        UserData data = ProvisionRun.Data("#cloud-config\na: 1\n\tb: 2\n");
        ConfigResult result = (await ProvisionRun.LoadAsync([data])).Result;
        Assert.That(result.IsRefused, Is.True);
        Assert.That(
            ProvisionRun.Shown(result.Findings), Is.EqualTo("error user-data:3:1: a tab indents this line; YAML takes "
                + "spaces only"));
    }

    [Test]
    public async Task What_a_plan_refuses_changes_nothing()
    {
        using ScratchMachine machine = new();
        Directory.CreateDirectory(machine.Folder + "/etc/motd");
        string before = machine.Tree();
        ProvisionOutcome outcome = await ProvisionRun.ApplyAsync(machine, null, Config);
        Assert.That(outcome.Plan.Findings.Any(f => f.Severity == Severity.Error), Is.True);
        Assert.That(outcome.Done, Is.Zero);
        Assert.That(outcome.IsComplete, Is.False);
        Assert.That(machine.Tree(), Is.EqualTo(before));
    }

    [Test]
    public async Task Ignition_and_what_it_names_become_a_root()
    {
        CannedContents web = new()
        {
            ["https://a.example/child.json"] = """
                {"ignition": {"version": "3.2.0"},
                 "storage": {"files": [{"path": "/etc/child", "contents": {"source": "https://a.example/child"}}]}}
                """,
            ["https://a.example/child"] = "from afar\n",
        };
        string config = """
            {"ignition": {"version": "3.2.0", "config": {"merge": [{"source": "https://a.example/child.json"}]}},
             "storage": {"files": [{"path": "/etc/own", "mode": 384, "contents": {"source": "data:,own%0A"}}]},
             "systemd": {"units": [{"name": "a.service", "enabled": true,
               "contents": "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n"}]}}
            """;
        using ScratchMachine machine = new();
        LoadedConfig loaded = await ProvisionRun.LoadAsync([ProvisionRun.Data(config)], web);
        Assert.That(loaded.Result.IsRefused, Is.False, ProvisionRun.Shown(loaded.Result.Findings));
        Assert.That(loaded.IgnitionSource, Is.EqualTo("user-data"));
        Assert.That(loaded.IgnitionHash, Has.Length.EqualTo(64));
        ProvisionOutcome outcome = await ProvisionRun.On(machine, null).ApplyAsync(
            loaded.Result.Desired, new ToldProgress(), CancellationToken.None);
        Assert.That(outcome.IsComplete, Is.True);
        Assert.That(machine.Text("/etc/child"), Is.EqualTo("from afar\n"));
        Assert.That(machine.Text("/etc/own"), Is.EqualTo("own\n"));
        Assert.That((int)File.GetUnixFileMode(machine.Folder + "/etc/own"), Is.EqualTo(384));
        Assert.That(ProvisionRun.On(machine, null).Plan(loaded.Result.Desired).Changes, Is.Empty);
    }

    [Test]
    public async Task What_cannot_be_fetched_is_an_error_of_the_configuration()
    {
        string config = """
            {"ignition": {"version": "3.2.0"}, "storage": {"files": [
              {"path": "/etc/child", "contents": {"source": "https://a.example/x?token=secret"}}]}}
            """;
        ConfigResult result = (await ProvisionRun.LoadAsync([ProvisionRun.Data(config)])).Result;
        Assert.That(result.IsRefused, Is.True);
        Assert.That(result.Findings[^1].Place.Line, Is.EqualTo(2));
        LoadedConfig offline = await new ConfigLoader(ProvisionRun.Rules, null).LoadAsync(
            [ProvisionRun.Data(config)], CancellationToken.None);
        Assert.That(offline.Result.IsRefused, Is.False, "nothing is fetched where nothing may be");
    }

    [Test]
    public async Task Ignition_is_left_out_after_the_first_boot()
    {
        ReadingRules later = ProvisionRun.Rules with { IgnitionAt = new FixedTime().GetUtcNow() };
        LoadedConfig loaded = await new ConfigLoader(later, new CannedContents()).LoadAsync(
            [ProvisionRun.Data(Parts("{\"ignition\": {\"version\": \"3.0.0\"}}", "#cloud-config\nhostname: a\n"))],
            CancellationToken.None);
        Assert.That(loaded.IgnitionSource, Is.Empty);
        Assert.That(loaded.Result.Desired.Hostname, Is.EqualTo("a"));
        Assert.That(loaded.Result.Findings[0].Reason, Does.Contain("first boot only, which was at 2026-11-22 09:00"));
    }

    [Test]
    public void What_is_remembered_over_boots_comes_back()
    {
        using ScratchMachine machine = new();
        BootRecord record = new(machine);
        Assert.That(record.ReadState(), Is.EqualTo(BootState.Fresh));
        Assert.That(record.ReadKept(), Is.Null);
        Assert.That(record.ReadDone(), Is.Empty);
        BootState state = new()
        {
            IgnitionAt = new FixedTime().GetUtcNow(),
            IgnitionSource = "EC2",
            IgnitionHash = "ab",
        };
        record.WriteState(state);
        record.WriteKept([ProvisionRun.Data("x")]);
        record.WriteDone(["a", "b"]);
        record.WriteDone(["a", "b", "c"]);
        BootRecord again = new(machine);
        Assert.That(again.ReadState(), Is.EqualTo(state));
        Assert.That(again.ReadKept()![0].Content.ToArray(), Is.EqualTo("x"u8.ToArray()));
        Assert.That(again.ReadDone(), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That((int)File.GetUnixFileMode(machine.Folder + BootRecord.KeptFile), Is.EqualTo(0x180));
        Assert.That((int)File.GetUnixFileMode(machine.Folder + BootRecord.Folder), Is.EqualTo(0x1C0));
        int changes = machine.Changes;
        again.WriteState(state);
        Assert.That(machine.Changes, Is.EqualTo(changes));
        machine.Write(BootRecord.StateFile, "{");
        Assert.That(again.ReadState(), Is.EqualTo(BootState.Fresh));
    }
}
