using System.Text;
using CoreNode.Api.Wire;

namespace CoreNode.Tests.Api.Wire;

[TestFixture, Category("Unit")]
internal sealed class GoJsonTests
{
    [TestCase("", "unexpected end of JSON input")]
    [TestCase("{", "unexpected end of JSON input")]
    [TestCase("\"a", "unexpected end of JSON input")]
    [TestCase("{bad", "invalid character 'b' looking for beginning of object key string")]
    [TestCase("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [TestCase("{\"a\" 1}", "invalid character '1' after object key")]
    [TestCase("{\"a\":1 2}", "invalid character '2' after object key:value pair")]
    [TestCase("[1 2]", "invalid character '2' after array element")]
    [TestCase("[,]", "invalid character ',' looking for beginning of value")]
    [TestCase("[1,]", "invalid character ']' looking for beginning of value")]
    [TestCase("'a'", "invalid character '\\'' looking for beginning of value")]
    [TestCase("é", "invalid character 'Ã' looking for beginning of value")]
    [TestCase("1 2", "invalid character '2' after top-level value")]
    [TestCase("01", "invalid character '1' after top-level value")]
    [TestCase("-x", "invalid character 'x' in numeric literal")]
    [TestCase("1.x", "invalid character 'x' after decimal point in numeric literal")]
    [TestCase("1e+x", "invalid character 'x' in exponent of numeric literal")]
    [TestCase("tru\"", "invalid character '\"' in literal true (expecting 'e')")]
    [TestCase("nul1", "invalid character '1' in literal null (expecting 'l')")]
    [TestCase("\"a\nb\"", "invalid character '\\n' in string literal")]
    [TestCase("\"\\x\"", "invalid character 'x' in string escape code")]
    [TestCase("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape")]
    public void Bad_JSON_gets_Gos_words(string json, string expected)
    {
        GoJsonValue? value = GoJson.Parse(Encoding.UTF8.GetBytes(json), isStream: false, out string error);
        Assert.That(value, Is.Null);
        Assert.That(error, Is.EqualTo(expected));
    }

    [Test]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)'[', 100_000)];
        Assert.That(GoJson.Parse(deep, isStream: false, out string error), Is.Null);
        Assert.That(error, Is.EqualTo("exceeded max depth"));
    }

    [Test]
    public void Values_are_read_with_their_escapes()
    {
        ReadOnlySpan<byte> json = """
            {"PeerURLs":["a\u00e9\ud83d\ude00\n\/","\ud800x"],"n":-1.5e3, "b":[true,false,null],"peerurls":null}
            """u8;
        GoJsonValue? value = GoJson.Parse(json, isStream: false, out string error);
        Assert.That(error, Is.Empty);
        Assert.That(value!.Find("peerURLs")!.Items.Select(i => i.Text), Is.EqualTo(["aé\U0001F600\n/", "\ufffdx"]));
        Assert.That(value.Find("b")!.Items.Select(i => i.Kind),
            Is.EqualTo([GoJsonKind.Bool, GoJsonKind.Bool, GoJsonKind.Null]));
        Assert.That(value.Find("n")!.Kind, Is.EqualTo(GoJsonKind.Number));
    }

    [Test]
    public void A_stream_ends_after_its_first_value() =>
        Assert.That(GoJson.Parse("{} x"u8, isStream: true, out _), Is.Not.Null);
}
