using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Model;

/// <summary>Yes and no, time spans, amounts.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitWordsTests
{
    [TestCase("90", 90_000)]
    [TestCase("1min 30s", 90_000)]
    [TestCase("1min30s", 90_000)]
    [TestCase("2h", 7_200_000)]
    [TestCase("500ms", 500)]
    [TestCase("0.5", 500)]
    [TestCase("1d 1w", 691_200_000)]
    [TestCase("1 min 5 sec", 65_000)]
    [TestCase("0", 0)]
    public void A_time_span_is_read_as_systemd_reads_it(string text, long milliseconds)
    {
        Assert.That(UnitWords.TryDuration(text, out TimeSpan value), Is.True);
        Assert.That(value, Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [TestCase("")]
    [TestCase("soon")]
    [TestCase("5 parsecs")]
    [TestCase("-5s")]
    [TestCase("1..5")]
    [TestCase("9999999999999999w")]
    public void What_is_no_time_span_is_refused(string text) =>
        Assert.That(UnitWords.TryDuration(text, out _), Is.False);

    [Test]
    public void Infinity_is_the_longest_span()
    {
        Assert.That(UnitWords.TryDuration("infinity", out TimeSpan value), Is.True);
        Assert.That(value, Is.EqualTo(TimeSpan.MaxValue));
    }

    [TestCase("512M", 536_870_912)]
    [TestCase("1.5G", 1_610_612_736)]
    [TestCase("2T", 2_199_023_255_552)]
    [TestCase("64K", 65_536)]
    [TestCase("100", 100)]
    [TestCase("1GB", 1_073_741_824)]
    public void Memory_is_counted_in_powers_of_1024(string text, long bytes)
    {
        Assert.That(UnitWords.TryBytes(text, out long value), Is.True);
        Assert.That(value, Is.EqualTo(bytes));
    }

    [TestCase("50%", 500)]
    [TestCase("150%", 1500)]
    [TestCase("1.5", 1500)]
    [TestCase("500m", 500)]
    [TestCase("2", 2000)]
    public void Processor_time_is_counted_in_thousandths(string text, int millis)
    {
        Assert.That(UnitWords.TryCpuMillis(text, out int value), Is.True);
        Assert.That(value, Is.EqualTo(millis));
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("M")]
    [TestCase("lots")]
    [TestCase("99999999999999999999T")]
    public void What_is_no_amount_is_refused(string text)
    {
        Assert.That(UnitWords.TryBytes(text, out _), Is.False);
        Assert.That(UnitWords.TryCpuMillis(text, out _), Is.False);
    }

    [TestCase("yes", true)]
    [TestCase("True", true)]
    [TestCase("1", true)]
    [TestCase("on", true)]
    [TestCase("off", false)]
    [TestCase("no", false)]
    [TestCase("0", false)]
    public void Words_for_yes_and_no_are_systemds(string word, bool expected)
    {
        Assert.That(UnitWords.TryBoolean(word, out bool value), Is.True);
        Assert.That(value, Is.EqualTo(expected));
        Assert.That(UnitWords.TryBoolean("perhaps", out _), Is.False);
    }
}
