using CoreNode.Provision;

namespace CoreNode.Tests.Provision;

/// <summary>What is below /etc/skel comes into homes that are made, on real files.</summary>
[TestFixture, Category("Unit")]
internal sealed class SkeletonTests
{
    private const string Config =
        "#cloud-config\nusers:\n  - name: anna\n    ssh_authorized_keys: [ssh-ed25519 "
        + "AAAAC3NzaC1lZDI1NTE5AAAAIEwx7J3cZ1SpVn3a4aHnQ0u6n8u2n5Q1m9m8y1c0Zk7e anna]\n  - name: bert\n"
        + "write_files:\n  - {path: /home/anna/.profile, owner: \"anna:anna\", content: mine}\n";

    [Test]
    public async Task It_is_the_users_with_its_modes_and_gives_way_to_what_is_wanted()
    {
        using ScratchMachine machine = Machine();
        Assert.That((await ProvisionRun.ApplyAsync(machine, null, Config)).IsComplete, Is.True);
        Assert.That(machine.Text("/home/anna/.profile"), Is.EqualTo("mine"));
        Assert.That(machine.Text("/home/bert/.profile"), Is.EqualTo("theirs"));
        Assert.That(machine.Text("/home/anna/.config/deep/x"), Is.EqualTo("x"));
        Assert.That(new FileInfo(machine.Folder + "/home/anna/link").LinkTarget, Is.EqualTo(".config/deep"));
        Assert.That(await OwnersAsync(machine, "anna"), Has.Length.EqualTo(8).And.All.EqualTo("1000:1000"));
        Assert.That(await OwnersAsync(machine, "bert"), Has.Length.EqualTo(7).And.All.EqualTo("1001:1001"));
        Assert.That((int)File.GetUnixFileMode(machine.Folder + "/home/anna"), Is.EqualTo(0x1ED));
        Assert.That((int)File.GetUnixFileMode(machine.Folder + "/home/anna/.config"), Is.EqualTo(0x1C0));
        Assert.That((int)File.GetUnixFileMode(machine.Folder + "/home/bert/run"), Is.EqualTo(0x1ED));
        machine.Write("/etc/skel/later", "text");
        File.Delete(machine.Folder + "/home/bert/run");
        Assert.That((await ProvisionRun.ApplyAsync(machine, null, Config)).Plan.Changes, Is.Empty);
    }

    [Test]
    public async Task A_home_that_was_there_gets_nothing()
    {
        using ScratchMachine machine = Machine();
        Directory.CreateDirectory(machine.Folder + "/home/bert");
        await ProvisionRun.ApplyAsync(machine, null, Config);
        Assert.That(Directory.GetFileSystemEntries(machine.Folder + "/home/bert"), Is.Empty);
        Assert.That(machine.Has("/home/anna/run"), Is.True);
    }

    [Test]
    public async Task Interrupted_before_any_change_the_next_run_fills_the_homes()
    {
        string whole;
        int changes;
        using (ScratchMachine machine = Machine())
        {
            await ProvisionRun.ApplyAsync(machine, null, Config);
            (whole, changes) = (machine.Tree(), machine.Changes);
        }

        Assert.That(changes, Is.GreaterThan(25));
        for (int made = 0; made < changes; made++)
        {
            using ScratchMachine machine = Machine();
            machine.ChangesLeft = made;
            await Assert.ThrowsAsync<InvalidOperationException>(
                () => ProvisionRun.ApplyAsync(machine, null, Config));
            machine.ChangesLeft = int.MaxValue;
            ProvisionOutcome rest = await ProvisionRun.ApplyAsync(machine, null, Config);
            Assert.That(rest.Failure, Is.Empty, $"after {made}");
            Assert.That(machine.Tree(), Is.EqualTo(whole), $"after {made}");
            Assert.That(await OwnersAsync(machine, "bert"), Has.All.EqualTo("1001:1001"), $"after {made}");
            Assert.That((await ProvisionRun.ApplyAsync(machine, null, Config)).Plan.Changes, Is.Empty, $"after {made}");
        }
    }

    [Test]
    public async Task System_users_and_who_wants_no_home_get_none_of_it()
    {
        using ScratchMachine machine = Machine();
        await ProvisionRun.ApplyAsync(
            machine, null,
            "#cloud-config\nusers:\n  - {name: a, system: true}\n  - {name: b, no_create_home: true}\n");
        Assert.That(machine.Has("/home"), Is.False);
    }

    // Every name in a home and itself, as "user:group"; find tells links themselves.
    private static async Task<string[]> OwnersAsync(ScratchMachine machine, string name)
    {
        EndToEnd.ProgramResult found = await EndToEnd.ProgramResult.OfAsync(
            "find", [$"{machine.Folder}/home/{name}", "-not", "-path", "*/authorized_keys*", "-printf", "%U:%G\\n"]);
        return found.Output.TrimEnd().Split('\n');
    }

    private static ScratchMachine Machine()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("only root gives files to users");
        ScratchMachine machine = new();
        machine.Write("/etc/skel/.profile", "theirs");
        machine.Write("/etc/skel/.config/deep/x", "x");
        machine.Write("/etc/skel/run", "#!/bin/sh\n");
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(machine.Folder + "/etc/skel/.config", own);
        File.SetUnixFileMode(machine.Folder + "/etc/skel/run", (UnixFileMode)0x1ED);
        File.CreateSymbolicLink(machine.Folder + "/etc/skel/link", ".config/deep");
        return machine;
    }
}
