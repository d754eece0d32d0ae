using CoreNode.Hosting;
using CoreNode.Hosting.Reboots;
using CoreNode.Reboots;
using CoreNode.Tests.Api;
using CoreNode.Updates.Omaha;
using CoreNode.Windows;

namespace CoreNode.Tests.Hosting.Reboots;

/// <summary>Flags before update.conf, which is read again.</summary>
[TestFixture, Category("Unit"), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RebootRulesTests
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private string _file = "";

    [Test]
    public void Update_conf_says_strategy_and_window_and_is_read_again()
    {
        RebootRules rules = Rules(new RebootOptions());
        Assert.That(rules.Now().Strategy, Is.EqualTo(RebootStrategy.EtcdLock));
        _file = "REBOOT_STRATEGY=off\nLOCKSMITHD_REBOOT_WINDOW_START=Thu 23:00\nLOCKSMITHD_REBOOT_WINDOW_LENGTH=1h\n";
        Assert.That(rules.Now().Strategy, Is.EqualTo(RebootStrategy.EtcdLock));
        _time.Advance(TimeSpan.FromSeconds(30));
        RebootSettings settings = rules.Now();
        Assert.That(settings.Strategy, Is.EqualTo(RebootStrategy.Off));
        Assert.That(settings.WindowsText, Is.EqualTo("Thu 23:00 1h (UTC)"));
        Assert.That(settings.Windows!.IsOpen(_time.GetUtcNow().ToUnixTimeSeconds()), Is.False);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.That(rules.Now(), Is.SameAs(settings), "nothing is new");
    }

    [Test]
    public void Flags_come_first()
    {
        _file = "REBOOT_STRATEGY=off\nLOCKSMITHD_REBOOT_WINDOW_START=Thu 23:00\nLOCKSMITHD_REBOOT_WINDOW_LENGTH=1h\n";
        RebootSettings settings = Rules(new RebootOptions
        {
            Strategy = RebootStrategy.Reboot,
            Windows = [WindowText.Parse("daily 03:00 1h")!],
            Zone = TimeZoneInfo.Utc,
            Fuzz = TimeSpan.FromHours(5),
        }).Now();
        Assert.That(settings.Strategy, Is.EqualTo(RebootStrategy.Reboot));
        Assert.That(settings.WindowsText, Is.EqualTo("daily 03:00 1h (UTC)"));
        Assert.That(settings.Spread, Is.EqualTo(TimeSpan.FromMinutes(30)), "at most half of the window");
    }

    [TestCase("LOCKSMITHD_REBOOT_WINDOW_START=Thu 23:00\n")]
    [TestCase("LOCKSMITHD_REBOOT_WINDOW_START=later\nLOCKSMITHD_REBOOT_WINDOW_LENGTH=1h\n")]
    public void A_window_that_cannot_be_read_means_never(string file)
    {
        _file = file;
        RebootRules rules = Rules(new RebootOptions { Strategy = RebootStrategy.Reboot });
        Assert.That(rules.Now().Strategy, Is.EqualTo(RebootStrategy.Off));
        Assert.That(rules.Problem, Does.Contain("nothing restarts by itself"));
    }

    [TestCase("", false)]
    [TestCase("REBOOT_STRATEGY=reboot\n", true)]
    public void A_node_that_owns_no_machine_needs_a_word(string file, bool isAllowed)
    {
        _file = file;
        Assert.That(Rules(new RebootOptions()).Now().Forbidden, Is.EqualTo(isAllowed ? "" : "not its own"));
    }

    [Test]
    public void Where_each_value_comes_from_is_known()
    {
        _file = "REBOOT_STRATEGY=off\nLOCKSMITHD_REBOOT_WINDOW_START=Thu 23:00\nLOCKSMITHD_REBOOT_WINDOW_LENGTH=1h\n";
        RebootSettings file = Rules(new RebootOptions()).Now();
        Assert.That(
            (file.StrategyFrom, file.WindowsFrom, file.GroupFrom, file.FuzzFrom),
            Is.EqualTo(("update.conf", "update.conf", "default", "default")));
        RebootSettings flags = Rules(new RebootOptions
        {
            Strategy = RebootStrategy.Reboot,
            Windows = [WindowText.Parse("daily 03:00 1h")!],
            Group = "g",
            Fuzz = TimeSpan.FromMinutes(5),
        }).Now();
        Assert.That(
            (flags.StrategyFrom, flags.WindowsFrom, flags.GroupFrom, flags.FuzzFrom),
            Is.EqualTo(("flag", "flag", "flag", "flag")));
    }

    [Test]
    public void Windows_that_people_set_count_although_those_of_the_file_cannot_be_read()
    {
        _file = "LOCKSMITHD_REBOOT_WINDOW_START=later\nLOCKSMITHD_REBOOT_WINDOW_LENGTH=1h\n";
        RebootSettings settings = Rules(new RebootOptions { Strategy = RebootStrategy.Reboot }).Now();
        OrderedRules ordered = OrderedRules.Read(RebootRule.Windows, "daily 03:00 1h", out _)!;
        Assert.That(ordered.Over(settings).Strategy, Is.EqualTo(RebootStrategy.Reboot));
        Assert.That(OrderedRules.None.Over(settings).Strategy, Is.EqualTo(RebootStrategy.Off));
    }

    private RebootRules Rules(RebootOptions options) => new(
        options with { Zone = TimeZoneInfo.Utc },
        () => UpdateConfig.Of([SettingsFile.Parse("/etc/coreos/update.conf", _file)], [], null, null, []),
        static isChosen => isChosen ? "" : "not its own", _time);
}
