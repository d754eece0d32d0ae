using System.Text;
using CoreNode.Api.Wire;

namespace CoreNode.Tests.Api.Wire;

[TestFixture, Category("Unit")]
internal sealed class Rfc3339Tests
{
    [TestCase(0, "1970-01-01T00:00:00Z")]
    [TestCase(1_000_000_000, "1970-01-01T00:00:01Z")]
    [TestCase(1, "1970-01-01T00:00:00.000000001Z")]
    [TestCase(100, "1970-01-01T00:00:00.0000001Z")]
    [TestCase(500_000_000, "1970-01-01T00:00:00.5Z")]
    [TestCase(120_000_000, "1970-01-01T00:00:00.12Z")]
    [TestCase(-1, "1969-12-31T23:59:59.999999999Z")]
    [TestCase(951_782_400_000_000_000, "2000-02-29T00:00:00Z")]
    [TestCase(1_795_216_602_123_456_789, "2026-11-20T23:16:42.123456789Z")]
    [TestCase(long.MaxValue, "2262-04-11T23:47:16.854775807Z")]
    [TestCase(long.MinValue, "1677-09-21T00:12:43.145224192Z")]
    public void Times_are_written_as_Go_writes_them(long unixNs, string text)
    {
        byte[] target = new byte[Rfc3339.MaxLength];
        int length = Rfc3339.Write(target, unixNs);
        Assert.That(Encoding.ASCII.GetString(target, 0, length), Is.EqualTo(text));
    }

    [Test]
    public void Our_clock_ticks_in_hundreds_of_nanoseconds()
    {
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddTicks(12_345_678);
        Assert.That(Rfc3339.ToUnixNs(time), Is.EqualTo(1_234_567_800));
        Assert.That(Rfc3339.ToUnixNs(time.ToOffset(TimeSpan.FromHours(5))), Is.EqualTo(1_234_567_800));
    }
}
