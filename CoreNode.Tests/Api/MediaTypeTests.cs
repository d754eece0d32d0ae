using CoreNode.Api;

namespace CoreNode.Tests.Api;

[TestFixture, Category("Unit")]
internal sealed class MediaTypeTests
{
    [TestCase("application/x-www-form-urlencoded", true, null)]
    [TestCase("Application/X-WWW-Form-URLEncoded", true, null)]
    [TestCase("application/x-www-form-urlencoded; charset=utf-8", true, null)]
    [TestCase("application/x-www-form-urlencoded; charset=\"a;\\\"b\" ;", true, null)]
    [TestCase("application/x-www-form-urlencoded; x", true, "mime: invalid media parameter")]
    [TestCase("application/x-www-form-urlencoded; x=\"", true, "mime: invalid media parameter")]
    [TestCase("application/x-www-form-urlencoded; x=1; x=1", true, null)]
    [TestCase("application/x-www-form-urlencoded; x=1; X=2", false, "mime: duplicate parameter name")]
    [TestCase("application/json", false, null)]
    [TestCase("text", false, null)]
    [TestCase(null, false, null)]
    [TestCase("", false, null)]
    [TestCase(";", false, "mime: no media type")]
    [TestCase("a b", false, "mime: expected slash after first token")]
    [TestCase("a/", false, "mime: expected token after slash")]
    [TestCase("a/b c", false, "mime: unexpected content after media subtype")]
    public void Content_types_are_read_as_Go_reads_them(string? header, bool isForm, string? expected)
    {
        Assert.That(MediaType.IsForm(header, out string? error), Is.EqualTo(isForm));
        Assert.That(error, Is.EqualTo(expected));
    }
}
