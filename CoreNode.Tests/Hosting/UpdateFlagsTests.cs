using CoreNode.Hosting;

namespace CoreNode.Tests.Hosting;

/// <summary>What `corenode node` takes about updates.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpdateFlagsTests
{
    [TestCase("--update-server ftp://x", "a URL such as https://updates.example.com/v1/update/ is needed")]
    [TestCase("--update-rate fast", "a whole number of bytes is needed")]
    [TestCase("--update-rate -1", "a whole number of bytes is needed")]
    [TestCase("--update-share yes", "it is on or off")]
    [TestCase("--update-share-bytes much", "a whole number of bytes is needed")]
    [TestCase("--update-settle 45", "a time up to 24h is needed, such as 45s or 10m")]
    [TestCase("--update-health-deadline 25h", "a time up to 24h is needed")]
    public void Each_mistake_is_named(string line, string problem)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "");
        Assert.That(reader.Read(line.Split(' ')), Is.Null);
        Assert.That(reader.Problems, Has.Count.EqualTo(1));
        Assert.That(reader.Problems[0], Does.Contain(problem));
    }

    [Test]
    public void What_is_not_said_is_the_machines_own()
    {
        UpdateOptions options = Read();
        Assert.That(options.IsOn, Is.True);
        Assert.That((options.Disk, options.CaFile, options.Root), Is.EqualTo(((string?)null, (string?)null, "/")));
        Assert.That(options.KeysFolder, Is.EqualTo("/etc/corenode/update-keys"));
        Assert.That(options.HealthFolder, Is.EqualTo("/etc/corenode/health.d"));
        Assert.That(options.HealthDeadline, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That(options.RebootCommand, Is.Empty);
        Assert.That(
            (options.IsShared, options.ShareBytes, options.ShareBytesPerSecond),
            Is.EqualTo((true, 2L << 30, 50_000_000L)));
    }

    [Test]
    public void What_is_said_counts()
    {
        UpdateOptions options = Read(
            "--update-server", "disabled", "--update-group", "beta", "--update-disk", "/dev/vdb", "--update-rate",
            "1000", "--reboot-command", "systemctl kexec", "--update-settle", "5s");
        Assert.That((options.Server, options.Group, options.Disk), Is.EqualTo(("disabled", "beta", "/dev/vdb")));
        Assert.That((options.BytesPerSecond, options.HealthSettle), Is.EqualTo((1000L, TimeSpan.FromSeconds(5))));
        Assert.That(options.RebootCommand, Is.EqualTo((string[])["systemctl", "kexec"]));
        Assert.That(Read("--modules", "store,units").IsOn, Is.False);
    }

    private static UpdateOptions Read(params string[] arguments)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "");
        NodeOptions? options = reader.Read(arguments);
        Assert.That(reader.Problems, Is.Empty);
        return options!.Updates;
    }
}
