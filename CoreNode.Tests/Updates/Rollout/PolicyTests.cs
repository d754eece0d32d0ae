using System.Buffers;
using System.Text;
using System.Text.Json;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>Policies as text; what is wrong with one is in Scripts/policies.txt.</summary>
[TestFixture, Category("Unit")]
internal sealed class PolicyTests
{
    [TestCase("0s", 0)]
    [TestCase("90s", 90)]
    [TestCase("45m", 2700)]
    [TestCase("1h30m", 5400)]
    [TestCase("1d12h5m7s", 129_907)]
    [TestCase("3650d", 315_360_000)]
    public void Durations_are_read(string text, long seconds) =>
        Assert.That(DurationText.Parse(text), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCase("")]
    [TestCase("5")]
    [TestCase("m")]
    [TestCase("-5m")]
    [TestCase("5m1h")]
    [TestCase("5m5m")]
    [TestCase("1.5h")]
    [TestCase("5 m")]
    [TestCase("5w")]
    [TestCase("3650d1s")]
    [TestCase("9999999999s")]
    public void Other_texts_are_no_durations(string text) => Assert.That(DurationText.Parse(text), Is.Null);

    [TestCase(0, "0s")]
    [TestCase(59, "59s")]
    [TestCase(3600, "1h")]
    [TestCase(129_907, "1d12h5m7s")]
    public void Durations_are_written(long seconds, string text) =>
        Assert.That(DurationText.Format(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));

    [Test]
    public void The_longest_times_that_are_taken_can_be_read_again()
    {
        TimeSpan longest = TimeSpan.FromDays(3650);
        RolloutPolicy policy = new()
        {
            Period = longest,
            GrantTimeout = longest,
            ForgetAfter = longest,
            PollInterval = TimeSpan.FromDays(7),
            Waves = [new RolloutWave(100, longest)],
            Windows = [new MaintenanceWindow(WindowDays.All, TimeOnly.MinValue, TimeSpan.FromDays(7))],
        };
        Assert.That(PolicyRules.Check(policy), Is.Empty);
        string text = PolicyText.Write(policy);
        Assert.That(PolicyText.Write(PolicyText.Read("kept", text)), Is.EqualTo(text));
    }

    [TestCase("Mon-Fri 02:00 4h", "Mon-Fri 02:00 4h")]
    [TestCase("mon,tue,WED 22:30 90m", "Mon-Wed 22:30 1h30m")]
    [TestCase("Fri-Mon 00:00 7d", "Mon,Fri-Sun 00:00 7d")]
    [TestCase("Sun-Sat 01:00 1h", "daily 01:00 1h")]
    [TestCase("Daily 23:59 1m", "daily 23:59 1m")]
    [TestCase("Sat,Sun 03:00 2h", "Sat,Sun 03:00 2h")]
    [TestCase("Tue  03:00   2h", "Tue 03:00 2h")]
    public void Windows_are_read_and_written(string text, string written)
    {
        MaintenanceWindow? window = WindowText.Parse(text);
        Assert.That(window, Is.Not.Null);
        Assert.That(WindowText.Format(window!), Is.EqualTo(written));
        Assert.That(WindowText.Parse(written), Is.EqualTo(window));
    }

    [TestCase("")]
    [TestCase("02:00 4h")]
    [TestCase("Mon 2:00 4h")]
    [TestCase("Mon 24:00 4h")]
    [TestCase("Mon-Tue-Wed 02:00 4h")]
    [TestCase("Mo 02:00 4h")]
    [TestCase("Mon, 02:00 4h")]
    [TestCase("Mon 02:00 4")]
    [TestCase("Mon 02:00 4h x")]
    public void Other_texts_are_no_windows(string text) => Assert.That(WindowText.Parse(text), Is.Null);

    [Test]
    public void A_policy_is_read_as_it_was_written()
    {
        RolloutPolicy policy = new()
        {
            IsEnabled = false,
            Waves = [new RolloutWave(0.5, TimeSpan.Zero), new RolloutWave(100, TimeSpan.FromHours(30))],
            MaxPerPeriod = 100,
            Period = TimeSpan.FromMinutes(20),
            MaxAtATime = 7,
            Windows = [new MaintenanceWindow(WindowDays.Sunday, new TimeOnly(2, 30), TimeSpan.FromHours(3))],
            TimeZone = "Europe/Berlin",
            IsFirstAlone = true,
            ErrorStop = new ErrorStop(0.05, 3),
            GrantTimeout = TimeSpan.FromHours(2),
            ForgetAfter = null,
            PollInterval = TimeSpan.FromMinutes(10),
        };
        string text = Write(policy);
        Assert.That(Write(Read(text)), Is.EqualTo(text));
        Assert.That(text, Is.EqualTo(
            """
            {"enabled":false,"waves":[{"percent":0.5,"after":"0s"},{"percent":100,"after":"1d6h"}],
            "maxPerPeriod":100,"period":"20m","maxAtATime":7,"windows":["Sun 02:30 3h"],"timeZone":"Europe/Berlin",
            "firstAlone":true,"errorStop":{"share":0.05,"atLeast":3},"grantTimeout":"2h","forgetAfter":null,
            "pollInterval":"10m"}
            """.Replace("\n", "", StringComparison.Ordinal)));
    }

    [Test]
    public void A_policy_that_says_nothing_is_a_new_one() =>
        Assert.That(Write(Read("{}")), Is.EqualTo(Write(new RolloutPolicy())));

    [Test]
    public void A_rule_of_promotion_that_makes_no_sense_is_refused()
    {
        PromotionRule rule = new(TimeSpan.FromSeconds(-1), 1, -1);
        Assert.That(PolicyRules.Check(rule), Has.Count.EqualTo(3));
        Assert.That(PolicyRules.Check(new PromotionRule(TimeSpan.Zero, 0, 0)), Is.Empty);
    }

    private static RolloutPolicy Read(string text)
    {
        List<string> faults = [];
        using JsonDocument document = JsonDocument.Parse(text);
        RolloutPolicy? policy = PolicyCodec.Read(document.RootElement, faults);
        Assert.That(faults, Is.Empty);
        return policy!;
    }

    private static string Write(RolloutPolicy policy)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
            PolicyCodec.Write(json, policy);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
