using System.Buffers;
using System.Text;
using System.Text.Json;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Books;
using CoreNode.Windows;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>Policies as text; what is wrong with one is in Scripts/policies.txt.</summary>
[TestFixture, Category("Unit")]
internal sealed class PolicyTests
{
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
