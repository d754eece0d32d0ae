using System.Text;
using CoreNode.Api.Wire;
using CoreNode.Foundation;

namespace CoreNode.Tests.Api.Wire;

[TestFixture, Category("Unit")]
internal sealed class JsonBufferTests
{
    [TestCase("plain text", "\"plain text\"")]
    [TestCase("", "\"\"")]
    [TestCase("<a href=\"x\">&\\", "\"\\u003ca href=\\\"x\\\"\\u003e\\u0026\\\\\"")]
    [TestCase("\n\r\t\b\f\0\u001f\u007f", "\"\\n\\r\\t\\u0008\\u000c\\u0000\\u001f\u007f\"")]
    [TestCase("é€\U0001F600\u2028\u2029\ufffd", "\"é€\U0001F600\\u2028\\u2029\ufffd\"")]
    public void Text_is_escaped_as_Go_does(string text, string json) =>
        Assert.That(Escape(Encoding.UTF8.GetBytes(text)), Is.EqualTo(json));

    [TestCase("FF", 1)]
    [TestCase("E282", 2)]
    [TestCase("EDA080", 3)]
    [TestCase("F0908D", 3)]
    [TestCase("C080", 2)]
    [TestCase("F8808080", 4)]
    public void Each_byte_that_is_not_UTF8_is_a_replacement_of_its_own(string hex, int count) =>
        Assert.That(
            Escape([.. "a"u8, .. Convert.FromHexString(hex), .. "b"u8]),
            Is.EqualTo("\"a" + string.Concat(Enumerable.Repeat("\\ufffd", count)) + "b\""));

    [Test]
    public void Random_bytes_come_out_as_those_of_a_naive_escaper()
    {
        Prng random = new(0x5EED);
        byte[] alphabet =
            [.. "ab\"\\<>&\n\u007f"u8, 0, 0x1F, 0x80, 0xBF, 0xC2, 0xE2, 0x80, 0xA8, 0xA9, 0xED, 0xF0, 0x9F, 0xFF];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] text = new byte[random.Next(40)];
            for (int i = 0; i < text.Length; i++)
                text[i] = random.Next(4) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            Assert.That(Escape(text), Is.EqualTo(Naive(text)), () => Convert.ToHexString(text));
        }
    }

    [Test]
    public void Numbers_and_growth_keep_what_was_written_before()
    {
        JsonBuffer json = new(1);
        json.Raw("["u8);
        json.Number(ulong.MaxValue);
        json.Raw(","u8);
        json.Number(long.MinValue);
        json.Raw("]"u8);
        Assert.That(Encoding.UTF8.GetString(json.Written), Is.EqualTo("[18446744073709551615,-9223372036854775808]"));
        json.Clear(keepBytes: 4);
        Assert.Multiple(() =>
        {
            Assert.That(json.Length, Is.Zero);
            Assert.That(json.Capacity, Is.EqualTo(4));
        });
    }

    private static string Escape(ReadOnlySpan<byte> text)
    {
        JsonBuffer json = new(1);
        json.Quoted(text);
        return Encoding.UTF8.GetString(json.Written);
    }

    // One rune at a time by the rules of RFC 3629, without any of the fast paths.
    private static string Naive(byte[] text)
    {
        StringBuilder json = new("\"");
        for (int at = 0; at < text.Length;)
        {
            int length = RuneLength(text.AsSpan(at));
            if (length == 0)
            {
                json.Append("\\ufffd");
                at++;
                continue;
            }

            string rune = Encoding.UTF8.GetString(text, at, length);
            at += length;
            json.Append(rune switch
            {
                "\"" => "\\\"",
                "\\" => "\\\\",
                "\n" => "\\n",
                "\r" => "\\r",
                "\t" => "\\t",
                "<" or ">" or "&" or "\u2028" or "\u2029" => $"\\u{(int)rune[0]:x4}",
                _ when rune[0] < ' ' => $"\\u{(int)rune[0]:x4}",
                _ => rune,
            });
        }

        return json.Append('"').ToString();
    }

    private static int RuneLength(ReadOnlySpan<byte> text)
    {
        int length = text[0] switch { < 0x80 => 1, < 0xC2 => 0, < 0xE0 => 2, < 0xF0 => 3, < 0xF5 => 4, _ => 0 };
        if (length > text.Length)
            return 0;
        for (int i = 1; i < length; i++)
        {
            if ((text[i] & 0xC0) != 0x80)
                return 0;
        }

        bool isWrong = length > 1 && ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] >= 0xA0)
            || (text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] >= 0x90));
        return isWrong ? 0 : length;
    }
}
