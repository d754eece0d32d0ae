using System.Globalization;
using System.Text;
using CoreNode.Api.Relay;
using CoreNode.Foundation;

namespace CoreNode.Tests.Api.Relay;

[TestFixture, Category("Unit")]
internal sealed class AnswerBodyTests
{
    [TestCase("5\r\nhello\r\n0\r\n\r\n", "hello")]
    [TestCase("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "hello")]
    [TestCase("A;name=value\r\n0123456789\r\n0\r\n\r\n", "0123456789")]
    [TestCase("1 ;x\r\n!\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n", "!")]
    [TestCase("0\r\n\r\n", "")]
    public void Chunks_are_read_wherever_they_are_torn(string wire, string body)
    {
        for (int piece = 1; piece <= wire.Length; piece++)
        {
            (bool isSane, string read, string rest) = Read(AnswerBody.Chunked, wire + "NEXT", _ => piece);
            Assert.That((isSane, read), Is.EqualTo((true, body)), $"pieces of {piece}");
            Assert.That("NEXT", Does.StartWith(rest), "what follows is left alone");
        }
    }

    [TestCase("x\r\n")]
    [TestCase("-1\r\n")]
    [TestCase("\r\n")]
    [TestCase("5\nhello\r\n")]
    [TestCase("5 5\r\nhello\r\n")]
    [TestCase("2\r\nhello\r\n")]
    [TestCase("5\r\nhelloX\r\n")]
    [TestCase("5\r\nhello\rX")]
    [TestCase("1000000000000000\r\n")]
    [TestCase("ffffffffffffffff\r\n")]
    [TestCase("0\r\nbad trailer\n\r\n")]
    public void Chunks_that_make_no_sense_are_refused(string wire)
    {
        for (int piece = 1; piece <= wire.Length; piece++)
            Assert.That(Read(AnswerBody.Chunked, wire, _ => piece).IsSane, Is.False, $"pieces of {piece}");
    }

    [Test]
    public void A_line_without_end_is_refused()
    {
        AnswerBody body = AnswerBody.Chunked;
        Assert.That(body.TryRead(new byte[100], out int consumed, out _), Is.True);
        Assert.That(consumed, Is.Zero, "it may go on");
        Assert.That(body.TryRead(new byte[20_000], out _, out _), Is.False);
    }

    [Test]
    public void A_counted_body_ends_at_its_length()
    {
        (bool isSane, string read, string rest) = Read(AnswerBody.Counted(5), "helloNEXT", _ => 3);
        Assert.That((isSane, read), Is.EqualTo((true, "hello")));
        Assert.That(rest, Is.EqualTo("N"));
        Assert.That(AnswerBody.Counted(0).IsDone, Is.True);
        Assert.That(AnswerBody.None.IsDone, Is.True);
    }

    [Test]
    public void A_body_without_length_takes_everything()
    {
        AnswerBody body = AnswerBody.UntilClose;
        Assert.That(body.EndsWithConnection, Is.True);
        Assert.That(body.TryRead("abc"u8, out int consumed, out ReadOnlySpan<byte> data), Is.True);
        Assert.That((consumed, data.Length, body.IsDone), Is.EqualTo((3, 3, false)));
    }

    [Test]
    public void Random_bodies_come_out_as_they_went_in([Range(1, 20)] int seed)
    {
        Prng prng = new((ulong)seed);
        StringBuilder wire = new();
        StringBuilder body = new();
        for (int chunk = prng.Next(1, 40); chunk > 0; chunk--)
        {
            string data = new((char)('a' + prng.Next(26)), prng.Next(1, 400));
            body.Append(data);
            wire.Append(data.Length.ToString(prng.Chance(0.5) ? "x" : "X4", CultureInfo.InvariantCulture))
                .Append("\r\n").Append(data).Append("\r\n");
        }

        wire.Append("0\r\n\r\n");
        Assert.That(Read(AnswerBody.Chunked, wire.ToString(), left => 1 + prng.Next(Math.Min(left, 97))),
            Is.EqualTo((true, body.ToString(), "")));
    }

    // Feeds pieces until the body is done; what of the last piece was not consumed is the rest.
    private static (bool IsSane, string Text, string Left) Read(AnswerBody body, string wire, Func<int, int> pieceOf)
    {
        StringBuilder read = new();
        List<byte> held = [];
        for (int at = 0; at < wire.Length && !body.IsDone;)
        {
            int piece = Math.Min(pieceOf(wire.Length - at), wire.Length - at);
            held.AddRange(Encoding.Latin1.GetBytes(wire.Substring(at, piece)));
            at += piece;
            int consumed;
            do
            {
                byte[] input = [.. held];
                if (!body.TryRead(input, out consumed, out ReadOnlySpan<byte> data))
                    return (false, read.ToString(), "");
                read.Append(Encoding.Latin1.GetString(data));
                held.RemoveRange(0, consumed);
            }
            while (consumed > 0);
        }

        return (body.IsDone, read.ToString(), Encoding.Latin1.GetString([.. held]));
    }
}
