using System.Text;
using CoreNode.Foundation;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Updates.Omaha;

/// <summary>Whatever comes over the wire: an answer or a fault, one line of text, a bounded cost.</summary>
[TestFixture, Category("Unit")]
[Parallelizable(ParallelScope.Self)]
internal sealed class OmahaFuzzTests
{
    private static readonly string[] s_pieces =
    [
        "<", ">", "/>", "</", "\"", "'", "=", "&", "&amp;", "&#x10FFFF;", "&#xFFFF;", "<!--", "-->", "<![CDATA[", "]]>",
        "<!DOCTYPE a>", "<?x", "?>", "<app>", "</app>", "<app ", " appid=\"a\"", " status=\"ok\"", " size=\"-1\"",
        " size=\"1e9\"", " sha256=\"====\"", " PollInterval=\"99999999999\"", "\0", "\r", "ä", "\uFEFF", "😀",
    ];

    [Test]
    public void Any_bytes_as_an_answer_end_in_an_outcome()
    {
        string text = Recorded.Text("nebraska-offer.xml");
        OmahaApp asked = new() { Id = AppId.CoreOs, Version = "1", UpdateCheck = new OmahaUpdateCheck() };
        int offers = 0;
        foreach (byte[] bytes in Bytes(text, 8000, seed: 11))
        {
            OmahaResponse? response = OmahaResponseCodec.Read(bytes, out OmahaFault? fault);
            if (response is not null && UpdateReplyReader.Read(response, asked) is var reply)
            {
                fault = (reply as UpdateReply.Failed)?.Fault;
                if (reply is UpdateReply.Offered { Offer: var offer })
                {
                    offers++;
                    Assert.That(offer.SizeBytes, Is.GreaterThan(0));
                    Assert.That(offer.Urls, Is.Not.Empty);
                    Assert.That(Convert.FromBase64String(offer.Sha256), Has.Length.EqualTo(32));
                }
            }

            Judge(fault);
        }

        Assert.That(offers, Is.InRange(200, 7800), "both kinds are tried");
    }

    [Test]
    public void Any_bytes_as_a_request_end_in_an_outcome()
    {
        int taken = 0;
        foreach (byte[] bytes in Bytes(Recorded.Text("old-client.xml"), 8000, seed: 12))
        {
            OmahaRequest? request = OmahaRequestCodec.Read(bytes, out OmahaFault? fault);
            Assert.That(request is null, Is.EqualTo(fault is not null));
            Judge(fault);
            if (request is null)
                continue;
            taken++;
            byte[] again = OmahaRequestCodec.Write(request);
            OmahaRequest? same = OmahaRequestCodec.Read(again, out fault);
            Assert.That(same, Is.Not.Null, $"{fault}: {Encoding.UTF8.GetString(again)}");
        }

        Assert.That(taken, Is.InRange(200, 7800), "both kinds are tried");
    }

    [Test]
    public void A_hostile_answer_costs_no_more_than_some_times_its_size()
    {
        byte[] many = Encoding.UTF8.GetBytes("<r>" + string.Concat(Enumerable.Repeat("<a/>", 250_000)) + "</r>");
        byte[] deep = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 300_000)));
        byte[] wide = Encoding.UTF8.GetBytes(
            "<a " + string.Concat(Enumerable.Range(0, 90_000).Select(i => $"a{i}='' ")) + "/>");
        foreach (byte[] hostile in new[] { many, deep, wide })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(OmahaResponseCodec.Read(hostile, out OmahaFault? fault), Is.Null);
            long cost = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(fault!.Code, Is.EqualTo(31));
            Assert.That(cost, Is.LessThan(8 << 20));
        }
    }

    private static void Judge(OmahaFault? fault)
    {
        if (fault is null)
            return;
        Assert.That(fault.Code, Is.AnyOf(30u, 31u, 34u));
        Assert.That(fault.Message, Has.Length.InRange(10, 700));
        Assert.That(fault.Message.Any(char.IsControl), Is.False, fault.Message);
    }

    private static IEnumerable<byte[]> Bytes(string text, int count, ulong seed)
    {
        Prng random = new(seed);
        for (int i = 0; i < count; i++)
        {
            StringBuilder changed = new(text);
            for (int changes = random.Next(0, 3); changes > 0; changes--)
            {
                int at = random.Next(changed.Length);
                if (random.Chance(0.4))
                    changed.Remove(at, Math.Min(random.Next(1, 20), changed.Length - at));
                else
                    changed.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
            }

            byte[] bytes = Encoding.UTF8.GetBytes(changed.ToString());
            if (random.Chance(0.2))
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Chance(0.1))
                bytes = bytes[..random.Next(bytes.Length)];
            yield return bytes;
        }
    }
}
