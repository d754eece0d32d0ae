namespace CoreNode.Tests.EndToEnd.Provision;

/// <summary>The native executable provisions machines with a systemd of their own, boot by boot.</summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(240_000)]
[Parallelizable(ParallelScope.Self)]
internal sealed class ProvisionedMachineTests
{
    private const string Key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBmPAFM58umkAxaijRJ8A+GWDGTfTB8d3sreiwKdI3TI ann@desk";

    // Everything that a machine can be told, and a script behind it.
    private const string Everything = $"""
        Content-Type: multipart/mixed; boundary="part"
        MIME-Version: 1.0

        --part
        Content-Type: text/cloud-config

        #cloud-config
        hostname: provisioned
        manage_etc_hosts: localhost
        users:
          - name: ann
            gecos: Ann
            groups: [adm]
            ssh_authorized_keys:
              - {Key}
        write_files:
          - path: /srv/app/say
            permissions: "0755"
            owner: ann:ann
            content: |
              #!/bin/sh
              echo "$GREETING" >/run/said
        coreos:
          etcd2:
            listen_client_urls: http://127.0.0.1:2379
          update:
            reboot_strategy: off
          units:
            - name: etcd2.service
              command: start
            - name: hello.service
              enable: true
              command: start
              content: |
                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart=/srv/app/say
                [Install]
                WantedBy=multi-user.target
              drop_ins:
                - name: 10-greeting.conf
                  content: |
                    [Service]
                    Environment=GREETING=hello
            - name: late.service
              command: start
              content: |
                [Unit]
                After=corenode.service
                Requires=corenode.service
                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart={SystemdContainer.Binary} kv set /late came

        --part
        Content-Type: text/x-shellscript

        #!/bin/bash
        echo "ran as $(id -un)" >>/var/lib/script-runs

        --part--

        """;

    // systemctl is content with one of several.
    private const string AllRun =
        "systemctl is-active hello.service && systemctl is-active corenode.service && systemctl is-active late.service";

    private const string Files =
        "/etc/hostname /etc/hosts /etc/passwd /etc/group /srv/app/say /home/ann/.ssh/authorized_keys "
        + "/etc/corenode/corenode.yaml /etc/systemd/system/hello.service "
        + "/etc/systemd/system/hello.service.d/10-greeting.conf";

    [Test]
    public async Task A_machine_becomes_what_it_is_told_and_the_next_boot_finds_nothing_to_change()
    {
        await using ProvisionedContainer machine = await ProvisionedContainer.PrepareAsync(
            Everything.ReplaceLineEndings("\n"));
        await machine.BootAsync();
        await machine.UntilAsync(AllRun);
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(
                await machine.ShellAsync("uname -n; cat /etc/hostname"), Is.EqualTo("provisioned\nprovisioned"));
            Assert.That(await machine.ShellAsync("cat /etc/hosts"), Does.Contain("provisioned"));
            Assert.That(await machine.ShellAsync("id -Gn ann"), Is.EqualTo("ann adm"));
            Assert.That(await machine.ShellAsync("cat ~ann/.ssh/authorized_keys"), Does.Contain(Key));
            Assert.That(
                await machine.ShellAsync("stat -c %U:%G:%a /srv/app/say ~ann/.ssh ~ann/.ssh/authorized_keys"),
                Is.EqualTo("ann:ann:755\nann:ann:700\nann:ann:600"));
            Assert.That(await machine.ShellAsync("cat /run/said"), Is.EqualTo("hello"));
            Assert.That(await machine.ShellAsync("systemctl is-enabled hello.service"), Is.EqualTo("enabled"));
            Assert.That(await machine.ShellAsync($"{SystemdContainer.Binary} kv get /late"), Is.EqualTo("came"));
            Assert.That(
                await machine.ShellAsync($"{SystemdContainer.Binary} member list"), Does.Contain("provisioned"));
        });
        await machine.UntilAsync("test -s /var/lib/script-runs");

        ProgramResult again = await machine.ApplyAsync();
        Assert.That((again.ExitCode, again.Output), Is.EqualTo((0, "nothing to do\n")), again.Error);

        string before = await machine.ShellAsync($"stat -c '%n %i %Y %U %a' {Files}");
        await machine.RebootAsync();
        await machine.UntilAsync(AllRun);
        Assert.That(await machine.ShellAsync($"stat -c '%n %i %Y %U %a' {Files}"), Is.EqualTo(before));
        await machine.UntilAsync("test $(wc -l </var/lib/script-runs) = 2");
        Assert.That(await machine.ShellAsync("cat /var/lib/script-runs"), Is.EqualTo("ran as root\nran as root"));
        again = await machine.ApplyAsync();
        Assert.That((again.ExitCode, again.Output), Is.EqualTo((0, "nothing to do\n")), again.Error);
    }

    [Test]
    public async Task What_is_told_anew_is_changed_at_the_next_boot_and_a_mistake_changes_nothing()
    {
        await using ProvisionedContainer machine = await ProvisionedContainer.PrepareAsync(
            "#cloud-config\nwrite_files:\n- path: /etc/told\n  content: one\n");
        await machine.BootAsync();
        Assert.That(await machine.ShellAsync("cat /etc/told"), Is.EqualTo("one"));
        await machine.GiveAsync("#cloud-config\nwrite_files:\n- path: /etc/told\n  content: two\n");
        await machine.RebootAsync();
        Assert.That(await machine.ShellAsync("cat /etc/told"), Is.EqualTo("two"));

        await machine.GiveAsync(
            "#cloud-config\nwrite_files:\n- path: /etc/told\n  content: three\n- path: etc/relative\n  content: x\n");
        ProgramResult wrong = await machine.ApplyAsync();
        Assert.That(wrong.ExitCode, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.Contain("5:").And.Contain("nothing was changed"));
        Assert.That(await machine.ShellAsync("cat /etc/told"), Is.EqualTo("two"));
    }

    [Test]
    public async Task Ignition_counts_at_the_first_boot_only()
    {
        const string ignition = """
            {
              "ignition": { "version": "3.4.0" },
              "passwd": { "users": [ { "name": "core", "sshAuthorizedKeys": [ "KEY" ] } ] },
              "storage": { "files": [
                { "path": "/etc/told", "mode": 384, "contents": { "source": "data:,once%0A" } } ] },
              "systemd": { "units": [ { "name": "first.service", "enabled": true,
                "contents": "UNIT" } ] }
            }
            """;
        const string unit = @"[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/touch /run/first\n"
            + @"[Install]\nWantedBy=multi-user.target\n";
        await using ProvisionedContainer machine = await ProvisionedContainer.PrepareAsync(
            ignition.Replace("KEY", Key, StringComparison.Ordinal).Replace("UNIT", unit, StringComparison.Ordinal));
        await machine.BootAsync();
        Assert.That(await machine.ShellAsync("cat /etc/told; stat -c %a /etc/told"), Is.EqualTo("once\n600"));
        Assert.That(await machine.ShellAsync("cat ~core/.ssh/authorized_keys"), Does.Contain(Key));
        Assert.That(await machine.ShellAsync("systemctl is-enabled first.service"), Is.EqualTo("enabled"));
        await machine.ShellAsync("rm /etc/told");
        await machine.RebootAsync();
        await machine.UntilAsync("test -e /run/first");
        Assert.That(await machine.ShellAsync("ls /etc"), Does.Not.Contain("told"), "what is done is not done again");
        Assert.That(await machine.JournalAsync(), Does.Contain("Ignition"));
    }
}
