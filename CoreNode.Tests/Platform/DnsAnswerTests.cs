using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Tests.Platform;

/// <summary>What comes from name servers is read or refused, and never more than that.</summary>
[TestFixture, Category("Unit")]
internal sealed class DnsAnswerTests
{
    private static readonly SrvRecord[] s_records =
    [
        new(10, 5, 2380, "m1.example.com"),
        new(20, 0, 2381, "m2.example.com"),
    ];

    [Test]
    public void Records_are_read()
    {
        Assert.That(DnsAnswer.TryReadServices(Message(), out IReadOnlyList<SrvRecord> records), Is.True);
        Assert.That(records, Is.EqualTo(s_records));
    }

    [Test]
    public void Records_of_other_types_are_passed_over()
    {
        byte[] message = Answer(
            DnsMessage.Record(5, [0xC0, 12]),
            DnsMessage.Record(DnsMessage.Service, DnsMessage.ServiceData(s_records[1])));
        Assert.That(DnsAnswer.TryReadServices(message, out IReadOnlyList<SrvRecord> records), Is.True);
        Assert.That(records, Is.EqualTo(new[] { s_records[1] }));
    }

    [Test]
    public void A_target_may_point_back_into_the_message()
    {
        // Priority, weight, port, then "m9" and the name of the question from its third label on.
        byte[] data = [0, 1, 0, 2, 0, 80, 2, (byte)'m', (byte)'9', 0xC0, 12];
        byte[] message = Answer(DnsMessage.Record(DnsMessage.Service, data));
        Assert.That(DnsAnswer.TryReadServices(message, out IReadOnlyList<SrvRecord> records), Is.True);
        Assert.That(records.Single().Target, Is.EqualTo("m9._etcd-server._tcp.example.com"));
    }

    [Test]
    public void The_target_of_a_service_that_is_not_there_is_no_record()
    {
        byte[] message = Answer(DnsMessage.Record(DnsMessage.Service, [0, 0, 0, 0, 0, 0, 0]));
        Assert.That(DnsAnswer.TryReadServices(message, out IReadOnlyList<SrvRecord> records), Is.True);
        Assert.That(records, Is.Empty);
    }

    [TestCase(new byte[] { 0, 1, 0, 2, 0, 80, 0xC0, 0xFF }, TestName = "A_pointer_forward_is_refused")]
    [TestCase(new byte[] { 0, 1, 0, 2, 0, 80, 3, 97, 47, 98, 0 }, TestName = "A_slash_in_a_name_is_refused")]
    [TestCase(new byte[] { 0, 1, 0, 2, 0, 80, 3, 97 }, TestName = "A_label_that_is_cut_off_is_refused")]
    [TestCase(new byte[] { 0, 1, 0, 2, 0, 80, 0, 7 }, TestName = "Bytes_after_the_target_are_refused")]
    [TestCase(new byte[] { 0, 1, 0 }, TestName = "Data_that_is_too_short_is_refused")]
    public void Damaged_data_are_refused(byte[] data) => Assert.That(
        DnsAnswer.TryReadServices(Answer(DnsMessage.Record(DnsMessage.Service, data)), out _), Is.False);

    [Test]
    public void A_pointer_to_itself_ends()
    {
        byte[] message = Answer(DnsMessage.Record(DnsMessage.Service, [0, 1, 0, 2, 0, 80, 0xC0, 0]));
        message[^1] = (byte)(message.Length - 2);
        Assert.That(DnsAnswer.TryReadServices(message, out _), Is.False);
    }

    [Test]
    public void Every_beginning_of_a_message_is_refused()
    {
        byte[] message = Message();
        for (int length = 0; length < message.Length; length++)
            Assert.That(DnsAnswer.TryReadServices(message.AsSpan(0, length), out _), Is.False, $"{length} bytes");
    }

    [Test]
    public void Damaged_messages_never_do_harm()
    {
        Prng prng = new(20_261_121);
        int good = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] message = Message();
            for (int changes = prng.Next(1, 6); changes > 0; changes--)
                message[prng.Next(message.Length)] = (byte)prng.Next(256);
            if (!DnsAnswer.TryReadServices(message.AsSpan(0, prng.Next(message.Length + 1)), out var records))
                continue;
            good++;
            foreach (SrvRecord record in records)
            {
                bool isName = record.Target.Length <= 255
                    && record.Target.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || "-_.".Contains(c));
                if (!isName)
                    Assert.Fail($"change {i}: {record.Target}");
            }
        }

        Assert.That(good, Is.GreaterThan(100), "some of it must have been read to the end");
    }

    private static byte[] Message() => Answer(
        [.. s_records.Select(r => DnsMessage.Record(DnsMessage.Service, DnsMessage.ServiceData(r)))]);

    private static byte[] Answer(params byte[][] records) => DnsMessage.Answer(
        7, DnsMessage.Question(7, "_etcd-server._tcp.example.com", DnsMessage.Service).AsSpan(12), true, records);
}
