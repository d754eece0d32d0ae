namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>What is in /usr of the image, and what is not.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class ImageContentTests
{
    private static readonly string[] _oldNames = ["etcdctl", "fleetctl", "locksmithctl", "update_engine_client"];

    // May gain rights of root: nothing else of the image may.
    private static readonly string[] _privileged =
    [
        "bin/chfn", "bin/chsh", "bin/gpasswd", "bin/mount", "bin/newgrp", "bin/passwd", "bin/su", "bin/sudo",
        "bin/umount", "lib/dbus-1.0/dbus-daemon-launch-helper", "lib/openssh/ssh-keysign",
    ];

    private TestFolder _folder = null!;
    private BuiltImage _image = null!;
    private string _usr = "";

    [OneTimeSetUp]
    public async Task ExtractAsync()
    {
        _image = BuiltImage.Find();
        _folder = new TestFolder();
        _usr = _folder.File("usr");
        await _image.ExtractAsync(_usr);
        foreach (string name in (string[])["bin", "sbin", "lib", "lib64"])
            File.CreateSymbolicLink(_folder.File(name), $"usr/{name}");
        File.CreateSymbolicLink(_folder.File("etc"), "usr/share/etc");
    }

    [OneTimeTearDown]
    public void Remove() => _folder?.Dispose();

    [TestCase("apt")]
    [TestCase("apt-get")]
    [TestCase("dpkg")]
    [TestCase("dpkg-deb")]
    [TestCase("perl")]
    public void There_is_no_package_manager(string program)
    {
        Assert.That(File.Exists(Path.Combine(_usr, "bin", program)), Is.False);
        Assert.That(_image.Packages, Does.Not.ContainKey(program));
    }

    [TestCase("share/doc")]
    [TestCase("share/man")]
    [TestCase("share/locale")]
    public void There_is_no_documentation(string folder) =>
        Assert.That(Directory.Exists(Path.Combine(_usr, folder)), Is.False);

    [TestCase("bin/corenode")]
    [TestCase("bin/podman")]
    [TestCase("bin/docker")]
    [TestCase("sbin/runc")]
    [TestCase("sbin/sshd")]
    [TestCase("sbin/nft")]
    [TestCase("bin/ip")]
    [TestCase("sbin/mkfs.ext4")]
    [TestCase("lib/systemd/systemd")]
    [TestCase("lib/systemd/systemd-networkd")]
    [TestCase("lib/systemd/systemd-resolved")]
    [TestCase("lib/systemd/systemd-timesyncd")]
    [TestCase("lib/corenode/boot/vmlinuz")]
    [TestCase("share/etc/ssl/certs/ca-certificates.crt")]
    public void What_a_machine_needs_is_there(string path) =>
        Assert.That(new FileInfo(Path.Combine(_usr, path)), Has.Property("Exists").True.And.Length.GreaterThan(0));

    [Test]
    public void The_old_names_are_the_same_program()
    {
        foreach (string name in _oldNames)
            Assert.That(new FileInfo(Path.Combine(_usr, "bin", name)).LinkTarget, Is.EqualTo("corenode"), name);
    }

    [Test]
    public async Task The_administrator_has_no_password_and_may_everything()
    {
        string passwd = await File.ReadAllTextAsync(Path.Combine(_usr, "share/etc/passwd"));
        Assert.That(passwd, Does.Match("(?m)^core:x:500:500:[^:]*:/home/core:/bin/bash$"));
        string shadow = await File.ReadAllTextAsync(Path.Combine(_usr, "share/etc/shadow"));
        Assert.That(shadow.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.All.Match("^[^:]+:[!*]+:"));
        string group = await File.ReadAllTextAsync(Path.Combine(_usr, "share/etc/group"));
        foreach (string name in (string[])["sudo", "wheel", "docker", "systemd-journal", "corenode"])
            Assert.That(group, Does.Match($"(?m)^{name}:x:[0-9]+:(.*,)?core(,.*)?$"));
    }

    [Test]
    public async Task It_says_what_it_is_and_has_no_identity_yet()
    {
        string release = await File.ReadAllTextAsync(Path.Combine(_usr, "lib/os-release"));
        Assert.That(release, Does.Contain("\nID=corenode\n").And.Contain($"\nVERSION_ID={_image.Version}\n"));
        Assert.That(release, Does.Contain($"\nBOARD={BuiltImage.Board}\n"));
        Assert.That(new FileInfo(Path.Combine(_usr, "share/etc/machine-id")).Length, Is.Zero);
        Assert.That(Directory.GetFiles(Path.Combine(_usr, "share/etc/ssh"), "ssh_host_*"), Is.Empty);
    }

    [Test]
    public async Task Host_keys_are_made_where_there_is_none_that_is_whole()
    {
        using TestFolder keys = new();
        string ecdsa = keys.File("ssh_host_ecdsa_key");
        string other = keys.File("ssh_host_ed25519_key");
        await File.WriteAllTextAsync(ecdsa, "the machine's own");
        // As a power cut left them.
        await File.WriteAllTextAsync(other, "");
        await File.WriteAllTextAsync(other + ".new", "half");
        ProgramResult made = await ProgramResult.OfAsync(
            "sh", [Path.Combine(_usr, "lib/corenode/host-keys"), keys.Path]);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(await File.ReadAllTextAsync(ecdsa), Is.EqualTo("the machine's own"));
        Assert.That(await File.ReadAllTextAsync(other), Does.StartWith("-----BEGIN OPENSSH PRIVATE KEY-----"));
        Assert.That(await File.ReadAllTextAsync(other + ".pub"), Does.StartWith("ssh-ed25519 "));
        Assert.That(File.GetUnixFileMode(other), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.Exists(other + ".new"), Is.False);
    }

    [Test]
    public async Task Only_these_programs_may_gain_rights()
    {
        ProgramResult result = await ProgramResult.OfAsync(
            "find", [_usr, "-type", "f", "-perm", "-4000", "-printf", "%P\n"]);
        Assert.That(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.SubsetOf(_privileged));
    }

    [Test]
    public void Every_link_leads_somewhere()
    {
        List<string> dangling = [];
        foreach (string folder in (string[])["bin", "sbin", "lib/systemd/system", "lib/x86_64-linux-gnu"])
        {
            foreach (FileInfo link in new DirectoryInfo(Path.Combine(_usr, folder)).EnumerateFiles())
            {
                if (link.LinkTarget is not { } target || target == "/dev/null")
                    continue;
                string full = target.StartsWith('/')
                    ? _folder.Path + target
                    : Path.GetFullPath(Path.Combine(link.DirectoryName!, target));
                if (!File.Exists(full) && !Directory.Exists(full))
                    dangling.Add($"{folder}/{link.Name} -> {target}");
            }
        }

        Assert.That(dangling, Is.Empty);
    }

    [TestCase("multi-user.target")]
    [TestCase("docker.service")]
    [TestCase("podman.socket")]
    [TestCase("ssh.socket")]
    [TestCase("boot.automount")]
    [TestCase("usr-share-oem.mount")]
    [TestCase("corenode-trial.timer")]
    public async Task Systemd_finds_nothing_wrong_with_what_starts(string unit)
    {
        ProgramResult result = await ProgramResult.OfAsync(
            TestPrograms.SystemdAnalyze(), ["verify", "--man=no", $"--root={_folder.Path}", unit]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Error, Does.Not.Contain("not-found").And.Not.Contain("Unknown"));
    }

    [Test]
    public void Its_services_are_enabled()
    {
        string units = Path.Combine(_usr, "share/etc/systemd/system");
        foreach (string unit in (string[])["corenode.service", "corenode-provision.service"])
        {
            string link = Path.Combine(units, "multi-user.target.wants", unit);
            Assert.That(new FileInfo(link).LinkTarget, Is.Not.Null, unit);
        }

        string[] others = ["sockets.target.wants/ssh.socket", "sysinit.target.wants/corenode-trial.timer"];
        foreach (string link in others)
            Assert.That(new FileInfo(Path.Combine(units, link)).LinkTarget, Is.Not.Null, link);
    }
}
