using CoreNode.Hosting;
using CoreNode.Reboots;
using CoreNode.Windows;

namespace CoreNode.Tests.Hosting.Reboots;

/// <summary>What `corenode node` takes about reboots.</summary>
[TestFixture, Category("Unit")]
internal sealed class RebootFlagsTests
{
    [TestCase("--reboot-strategy", "never", "say etcd-lock, reboot, off, best-effort")]
    [TestCase("--reboot-window", "tonight", "days, time and length are needed")]
    [TestCase("--reboot-window", "Thu 25:00 1h", "days, time and length are needed")]
    [TestCase("--reboot-window-zone", "Mars/Olympus", "no such time zone")]
    [TestCase("--reboot-by", "magic", "say firmware, kexec or auto")]
    [TestCase("--reboot-fuzz", "5", "a time up to 168h is needed")]
    [TestCase("--reboot-delay", "200h", "a time up to 168h is needed")]
    public void Each_mistake_is_named(string flag, string value, string problem)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "");
        Assert.That(reader.Read([flag, value]), Is.Null);
        Assert.That(reader.Problems, Has.Count.EqualTo(1));
        Assert.That(reader.Problems[0], Does.Contain(problem));
    }

    [Test]
    public void What_is_said_counts()
    {
        RebootOptions options = Read(
            "--reboot-strategy", "best-effort", "--reboot-window", "Sat,Sun 22:30 90m", "--reboot-window",
            "Mon-Fri 02:00 2h", "--reboot-window-zone", "UTC", "--reboot-fuzz", "10m", "--reboot-group", "prod",
            "--reboot-delay", "0s", "--reboot-lock-limit", "2h");
        Assert.That(
            options.Windows.Select(WindowText.Format),
            Is.EqualTo((string[])["Sat,Sun 22:30 1h30m", "Mon-Fri 02:00 2h"]));
        Assert.That(options.Strategy, Is.EqualTo(RebootStrategy.BestEffort));
        Assert.That(
            (options.Fuzz, options.LoginDelay, options.LockLimit),
            Is.EqualTo((TimeSpan.FromMinutes(10), TimeSpan.Zero, TimeSpan.FromHours(2))));
        Assert.That((options.Group, options.Zone), Is.EqualTo(("prod", TimeZoneInfo.Utc)));
    }

    [Test]
    public void What_is_not_said_is_left_to_update_conf()
    {
        RebootOptions options = Read();
        Assert.That(options.Strategy, Is.Null);
        Assert.That(options.Windows, Is.Empty);
        Assert.That(options.LoginDelay, Is.EqualTo(TimeSpan.FromMinutes(5)));
    }

    private static RebootOptions Read(params string[] arguments)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "");
        NodeOptions? options = reader.Read(arguments);
        Assert.That(reader.Problems, Is.Empty);
        return options!.Reboots;
    }
}
