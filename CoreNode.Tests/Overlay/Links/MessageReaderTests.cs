using System.Net;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Overlay.Links;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Links;

/// <summary>What the kernel answers is read, and nonsense does no harm.</summary>
[TestFixture, Category("Unit")]
internal sealed class MessageReaderTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void An_error_has_its_number_and_the_kernels_words(bool isCapped)
    {
        MessageWriter request = new();
        RouteMessages.SetUp(request, "flannel.1");
        MessageWriter messages = new();
        messages.Begin(Netlink.Error, (ushort)(Netlink.HasTexts | (isCapped ? Netlink.Capped : 0)))
            .Fixed32(unchecked((uint)-ErrorNumbers.Exists))
            .Fixed(isCapped ? request.Bytes[..Netlink.HeaderBytes] : request.Bytes)
            .Text(2, "of another kind").Text(Netlink.ErrorText, "File is there");
        MessageReader reader = new(messages.Bytes);
        Assert.That(reader.Next(), Is.True);
        Assert.That(reader.Answer, Is.EqualTo(new NetlinkAnswer(ErrorNumbers.Exists, "File is there")));
    }

    [Test]
    public void An_error_without_words_and_an_end_are_read()
    {
        MessageWriter messages = new();
        messages.Begin(Netlink.Error, 0).Fixed32(unchecked((uint)-ErrorNumbers.NotPermitted)).Fixed(new byte[16]);
        messages.Begin(Netlink.Done, 0).Fixed32(0);
        messages.Begin(Netlink.Done, 0);
        MessageReader reader = new(messages.Bytes);
        Assert.That(reader.Next(), Is.True);
        Assert.That(reader.Answer, Is.EqualTo(new NetlinkAnswer(ErrorNumbers.NotPermitted, "")));
        Assert.That(reader.Next() && reader.Answer == NetlinkAnswer.Done, Is.True);
        Assert.That(reader.Next() && reader.Answer == NetlinkAnswer.Done, Is.True);
        Assert.That(reader.Next(), Is.False);
    }

    [Test]
    public void What_is_cut_off_or_altered_never_breaks_a_reader()
    {
        MessageWriter messages = new();
        VxlanLink link = new("flannel.1", 1, 8472, IPAddress.Loopback, 2, 1450, MacAddress.Local(1), true, true);
        RouteMessages.AddVxlan(messages, link);
        RouteMessages.PutForwarding(
            messages, new Forwarding("flannel.1", MacAddress.Local(2), IPAddress.Parse("192.0.2.1")), 7);
        TableMessages.Set(messages, "own", new FirewallRules([], [IpPrefix.Parse("10.0.0.0/8")]));
        Prng prng = new(61);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = messages.Bytes.ToArray();
            for (int change = 0; change < 4; change++)
                bytes[prng.Next(bytes.Length)] = (byte)prng.Next(256);
            ReadAll(bytes.AsSpan(0, bytes.Length - prng.Next(64)));
        }
    }

    [Test]
    public void A_writer_keeps_messages_apart()
    {
        MessageWriter messages = new();
        RouteMessages.SetUp(messages, "first");
        RouteMessages.RemoveLink(messages, "second");
        RouteMessages.DumpAddresses(messages);
        messages.Number(uint.MaxValue);
        List<string> seen = [];
        MessageReader reader = new(messages.Bytes);
        while (reader.Next())
            seen.Add($"{reader.Type} {reader.Number}");
        Assert.That(seen, Is.EqualTo(new[] { "16 4294967295", "17 0", "22 1" }));
        Assert.That(messages.Part(1, 2).Length, Is.EqualTo(messages.Bytes.Length - messages.Part(0, 1).Length));
        Assert.That(Encoding.ASCII.GetString(messages.Part(1, 1)), Does.Contain("second\0"));
    }

    private static void ReadAll(ReadOnlySpan<byte> bytes)
    {
        MessageReader reader = new(bytes);
        while (reader.Next())
        {
            _ = reader.Answer;
            RouteDecoder.Link(reader.Body);
            RouteDecoder.Address(reader.Body);
            RouteDecoder.Route(reader.Body);
            RouteDecoder.Source(reader.Body);
            RouteDecoder.Neighbour(reader.Body, 7, "any");
            RouteDecoder.Forwarding(reader.Body, 7, "any");
            TableDecoder.TableFlags(reader.Body);
            TableDecoder.Chain(reader.Body, "own");
            TableDecoder.Rule(reader.Body, "own");
        }
    }
}
