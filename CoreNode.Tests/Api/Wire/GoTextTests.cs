using System.Text;
using CoreNode.Api.Wire;

namespace CoreNode.Tests.Api.Wire;

[TestFixture, Category("Unit")]
internal sealed class GoTextTests
{
    [TestCase("1 t T TRUE true True", true)]
    [TestCase("0 f F FALSE false False", false)]
    public void All_of_Gos_spellings_of_a_boolean_are_read(string spellings, bool expected)
    {
        foreach (string text in spellings.Split(' '))
        {
            Assert.That(GoText.TryParseBool(Encoding.ASCII.GetBytes(text), out bool value), Is.True, text);
            Assert.That(value, Is.EqualTo(expected), text);
        }
    }

    [TestCase("")]
    [TestCase("tRUE")]
    [TestCase("yes")]
    [TestCase("2")]
    [TestCase(" true")]
    [TestCase("tr")]
    public void Other_spellings_are_no_boolean(string text) =>
        Assert.That(GoText.TryParseBool(Encoding.ASCII.GetBytes(text), out _), Is.False);

    [TestCase("0", 0ul)]
    [TestCase("007", 7ul)]
    [TestCase("18446744073709551615", ulong.MaxValue)]
    [TestCase("000000000000000000000000000018446744073709551615", ulong.MaxValue)]
    public void Numbers_are_read(string text, ulong expected)
    {
        Assert.That(GoText.TryParseUInt64(Encoding.ASCII.GetBytes(text), out ulong value), Is.True);
        Assert.That(value, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase("1.5")]
    [TestCase("1_000")]
    [TestCase("0x10")]
    [TestCase(" 1")]
    [TestCase("18446744073709551616")]
    [TestCase("28446744073709551615")]
    public void Other_texts_are_no_number(string text) =>
        Assert.That(GoText.TryParseUInt64(Encoding.ASCII.GetBytes(text), out _), Is.False);

    [TestCase("%zz", "\"%zz\"")]
    [TestCase("%z\"", "\"%z\\\"\"")]
    [TestCase("%\t\\", "\"%\\t\\\\\"")]
    [TestCase("\a\b\v\f\n\r\u0001\u007f", "\"\\a\\b\\v\\f\\n\\r\\x01\\x7f\"")]
    [TestCase("é\u00a0\u00ad\u0085\ue000\U0010FFFF", "\"é\\u00a0\\u00ad\\u0085\\ue000\\U0010ffff\"")]
    public void Quotes_are_Gos(string text, string quoted) =>
        Assert.That(GoText.Quote(Encoding.UTF8.GetBytes(text)), Is.EqualTo(quoted));

    [Test]
    public void Bytes_that_are_not_UTF8_are_quoted_in_hex() =>
        Assert.That(GoText.Quote([(byte)'%', 0xE2, 0x82]), Is.EqualTo("\"%\\xe2\\x82\""));

    [TestCase(0, "0s")]
    [TestCase(1, "100ns")]
    [TestCase(15, "1.5µs")]
    [TestCase(15_000, "1.5ms")]
    [TestCase(10_000_000, "1s")]
    [TestCase(5_902_083_684, "9m50.2083684s")]
    [TestCase(36_000_000_000, "1h0m0s")]
    [TestCase(-15_000_000, "-1.5s")]
    [TestCase(900_000_000_000, "25h0m0s")]
    public void Durations_are_Gos(long ticks, string text) =>
        Assert.That(GoText.Duration(TimeSpan.FromTicks(ticks)), Is.EqualTo(text));
}
