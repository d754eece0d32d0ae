using CoreNode.Api.UpdateServer;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>Which bytes a Range header means.</summary>
[TestFixture, Category("Unit")]
internal sealed class ByteRangeTests
{
    [TestCase(null, "Whole 0 100")]
    [TestCase("", "Whole 0 100")]
    [TestCase("bytes=0-", "Part 0 100")]
    [TestCase("bytes=0-0", "Part 0 1")]
    [TestCase("bytes=10-19", "Part 10 10")]
    [TestCase("Bytes= 10 - 19 ", "Part 10 10")]
    [TestCase("bytes=99-", "Part 99 1")]
    [TestCase("bytes=90-1000", "Part 90 10")]
    [TestCase("bytes=90-99999999999999999999", "Part 90 10")]
    [TestCase("bytes=-10", "Part 90 10")]
    [TestCase("bytes=-1000", "Part 0 100")]
    [TestCase("bytes=100-", "Beyond 0 0")]
    [TestCase("bytes=99999999999999999999-", "Beyond 0 0")]
    [TestCase("bytes=-0", "Beyond 0 0")]
    [TestCase("bytes=", "Whole 0 100")]
    [TestCase("bytes=-", "Whole 0 100")]
    [TestCase("bytes=20-10", "Whole 0 100")]
    [TestCase("bytes=0-1,5-6", "Whole 0 100")]
    [TestCase("bytes=a-b", "Whole 0 100")]
    [TestCase("bytes=+1-2", "Whole 0 100")]
    [TestCase("bytes=0x1-2", "Whole 0 100")]
    [TestCase("bytes=1--2", "Whole 0 100")]
    [TestCase("lines=1-2", "Whole 0 100")]
    [TestCase("1-2", "Whole 0 100")]
    public void A_header_means_one_range_or_the_whole_file(string? header, string meaning)
    {
        ByteRange range = ByteRange.Of(header, 100);
        Assert.That($"{range.Kind} {range.From} {range.Length}", Is.EqualTo(meaning));
    }

    [TestCase("bytes=0-")]
    [TestCase("bytes=-5")]
    public void Nothing_is_there_to_take_a_part_of(string header) =>
        Assert.That(ByteRange.Of(header, 0).Kind, Is.EqualTo(ByteRangeKind.Beyond));
}
