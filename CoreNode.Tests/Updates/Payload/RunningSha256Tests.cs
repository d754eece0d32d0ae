using System.Security.Cryptography;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Our SHA-256 against the standard's examples and .NET's.</summary>
[TestFixture, Category("Unit")]
internal sealed class RunningSha256Tests
{
    [TestCase("", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [TestCase("abc", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [TestCase(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248D6A61D20638B8E5C026930C3E6039A33CE45964FF2167F6ECEDD419DB06C1")]
    public void The_examples_of_the_standard_hold(string text, string expected)
    {
        RunningSha256 hash = new();
        hash.Append(Encoding.ASCII.GetBytes(text));
        Assert.That(Convert.ToHexString(hash.Current()), Is.EqualTo(expected));
    }

    [Test]
    public void Any_length_in_any_pieces_gives_what_the_library_gives_also_when_it_goes_on_from_a_kept_state()
    {
        Prng random = new(5);
        for (int length = 0; length < 400; length++)
        {
            byte[] data = TestImages.Noise((ulong)length, length);
            RunningSha256 hash = new();
            for (int at = 0; at < length;)
            {
                int bytes = Math.Min(length - at, 1 + random.Next(100));
                hash.Append(data.AsSpan(at, bytes));
                at += bytes;
                byte[] before = hash.Current();
                hash = RunningSha256.TryLoad(hash.Save())!;
                Assert.That(hash.Current(), Is.EqualTo(before));
            }

            Assert.That(hash.Current(), Is.EqualTo(SHA256.HashData(data)), $"{length} bytes");
        }
    }

    [Test]
    public void Bytes_of_another_length_are_no_state()
    {
        byte[] state = new RunningSha256().Save();
        Assert.That(RunningSha256.TryLoad(state.AsSpan(1)), Is.Null);
        Assert.That(RunningSha256.TryLoad([]), Is.Null);
    }
}
