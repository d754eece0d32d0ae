using CoreNode.Windows;

namespace CoreNode.Tests.Windows;

/// <summary>Durations in policies and settings.</summary>
[TestFixture, Category("Unit")]
internal sealed class DurationTextTests
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
}
