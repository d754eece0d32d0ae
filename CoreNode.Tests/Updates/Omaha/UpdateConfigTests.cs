using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Client;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Updates.Omaha;

/// <summary>update.conf and its like: which file counts, and what nobody is asked for.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpdateConfigTests
{
    private TestFolder _root = null!;

    [SetUp]
    public void SetUp() => _root = new TestFolder();

    [TearDown]
    public void TearDown() => _root.Dispose();

    [Test]
    public void Each_key_comes_from_the_first_file_that_sets_it()
    {
        Write(
            "/etc/coreos/update.conf",
            "# own\nGROUP=beta\nDOWNLOAD_USER=u\nDOWNLOAD_PASSWORD='p w'\nLOCKSMITHD_A=1\n");
        Write(
            "/usr/share/coreos/update.conf",
            "GROUP=stable\nSERVER=https://updates.example.com/v1/update/\nREBOOT_STRATEGY=best-effort\n"
            + "LOCKSMITHD_A=2\nLOCKSMITHD_B=3\n");
        Write(
            "/usr/share/coreos/release",
            "COREOS_RELEASE_VERSION=1122.2.0\r\nCOREOS_RELEASE_BOARD=\"amd64-usr\"\nCOREOS_RELEASE_APPID={x}\n");
        Write("/etc/oem-release", "ID=ami\n");
        Write("/usr/share/oem/oem-release", "ID=gce\nVERSION_ID=0.0.4\nNAME=\"A B\"\n");
        UpdateConfig config = Read();
        Assert.Multiple(() =>
        {
            Assert.That(config.Group, Is.EqualTo(new UpdateSetting("beta", "/etc/coreos/update.conf")));
            Assert.That(config.Server, Is.EqualTo(new Uri("https://updates.example.com/v1/update/")));
            Assert.That(config.ServerOrigin, Is.EqualTo("/usr/share/coreos/update.conf"));
            Assert.That((config.User, config.Password), Is.EqualTo(("u", "p w")));
            Assert.That(config.RebootStrategy?.Value, Is.EqualTo("best-effort"));
            Assert.That(
                config.LockSettings.Select(s => $"{s.Key}={s.Value.Value}"),
                Is.EqualTo(new[] { "LOCKSMITHD_A=1", "LOCKSMITHD_B=3" }));
            Assert.That(config.ReleaseVersion?.Value, Is.EqualTo("1122.2.0"));
            Assert.That(config.Board?.Value, Is.EqualTo("amd64-usr"));
            Assert.That(config.App.Value, Is.EqualTo("{x}"));
            Assert.That((config.Oem, config.OemVersion), Is.EqualTo(("ami", "0.0.4")));
            Assert.That(config.Problems, Is.Empty);
        });
    }

    [Test]
    public void Without_files_nobody_is_asked()
    {
        UpdateConfig config = Read();
        Assert.Multiple(() =>
        {
            Assert.That(config.Server, Is.Null);
            Assert.That(config.WhyNoServer, Does.StartWith("no update server is set: SERVER= in /etc/coreos/upd"));
            Assert.That(config.Group, Is.EqualTo(new UpdateSetting("stable", "default")));
            Assert.That(config.App.Value, Is.EqualTo(AppId.CoreOs));
            Assert.That((config.IsDisabled, config.Problems.Count), Is.EqualTo((false, 0)));
        });
    }

    [Test]
    public void The_word_disabled_stops_updates_and_is_no_fault()
    {
        Write("/etc/coreos/update.conf", "SERVER=disabled\n");
        Write("/usr/share/coreos/update.conf", "SERVER=https://updates.example.com/\n");
        UpdateConfig config = Read();
        Assert.That((config.Server, config.IsDisabled, config.Problems.Count), Is.EqualTo(((Uri?)null, true, 0)));
        Assert.That(
            config.WhyNoServer, Is.EqualTo("updates are switched off: SERVER=disabled in /etc/coreos/update.conf"));
    }

    [Test]
    public void A_flag_is_before_all_files()
    {
        Write("/etc/coreos/update.conf", "SERVER=disabled\nGROUP=beta\n");
        UpdateConfig config = new UpdateConfigFiles(_root.Path).Read("http://10.0.0.1/v1/update", "alpha");
        Assert.That(config.Server?.Host, Is.EqualTo("10.0.0.1"));
        Assert.That((config.ServerOrigin, config.Group.Value), Is.EqualTo(("--update-server", "alpha")));
    }

    [TestCase("updates.example.com")]
    [TestCase("ftp://updates.example.com/")]
    [TestCase("http://")]
    [TestCase("https://me:secret@updates.example.com/")]
    public void An_address_that_is_none_is_told_and_keeps_nobody_guessing(string server)
    {
        Write("/etc/coreos/update.conf", $"SERVER={server}\n");
        UpdateConfig config = Read();
        Assert.Multiple(() =>
        {
            Assert.That(config.Server, Is.Null);
            Assert.That(config.IsDisabled, Is.False);
            Assert.That(config.Problems.Single(), Does.StartWith("/etc/coreos/update.conf: SERVER="));
            Assert.That(config.WhyNoServer, Is.EqualTo(config.Problems.Single()).And.Not.Contain("secret"));
        });
    }

    [Test]
    public void Lines_that_mean_nothing_are_told_with_their_place()
    {
        Write(
            "/etc/coreos/update.conf",
            "\uFEFFexport GROUP = \"beta\" \n\nnonsense\n=x\n1A=b\nMACHINE_ALIAS=\"open\nSERVER=\nGROUP=last\n"
            + "REBOOT_STRATEGY=now\n");
        Write("/usr/share/coreos/update.conf", "SERVER=http://a.example/\n");
        UpdateConfig config = Read();
        Assert.Multiple(() =>
        {
            Assert.That(config.Group.Value, Is.EqualTo("last"));
            Assert.That(config.Server?.Host, Is.EqualTo("a.example"), "an empty value is none");
            Assert.That(config.RebootStrategy, Is.Null);
            Assert.That(config.Problems, Is.EqualTo(new[]
            {
                "/etc/coreos/update.conf:3: \"nonsense\" is no KEY=VALUE",
                "/etc/coreos/update.conf:4: \"=x\" is no KEY=VALUE",
                "/etc/coreos/update.conf:5: \"1A=b\" is no KEY=VALUE",
                "/etc/coreos/update.conf:6: the quotes of MACHINE_ALIAS do not end on the line",
                "/etc/coreos/update.conf: REBOOT_STRATEGY=now is none of etcd-lock, reboot, off, best-effort: "
                    + "it does not count",
            }));
        });
    }

    [Test]
    public void A_file_that_cannot_be_read_stops_updates()
    {
        // A folder in its place: root can read every file.
        Directory.CreateDirectory(_root.File("etc/coreos/update.conf"));
        Write("/usr/share/coreos/update.conf", "SERVER=http://a.example/\n");
        UpdateConfig config = Read();
        Assert.That(config.Server, Is.Null);
        Assert.That(config.WhyNoServer, Does.Contain("nobody is asked for updates").And.Contain("is a folder"));
        Assert.That(config.Problems.Single(), Does.Contain("is a folder"));
    }

    [Test]
    public void A_file_that_is_far_too_long_does_not_count()
    {
        SettingsFile file = SettingsFile.Parse("/a", new string('#', 70_000) + "\nGROUP=x\n");
        Assert.That(file["GROUP"], Is.Null);
        Assert.That(file.Problems.Single(), Does.StartWith("/a is longer than 65536 characters"));
    }

    private UpdateConfig Read() => new UpdateConfigFiles(_root.Path).Read(null, null);

    private void Write(string path, string text)
    {
        string file = _root.File(path[1..]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
