using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

[TestFixture, Category("Unit")]
internal sealed class RaftMessageCodecTests
{
    private static readonly RaftMessage s_full = new()
    {
        Kind = MessageKind.Snapshot,
        From = new NodeId(1),
        To = new NodeId(2),
        Term = new Term(3),
        LogIndex = new LogIndex(4),
        LogTerm = new Term(5),
        Commit = new LogIndex(6),
        RejectHint = new LogIndex(7),
        Context = 8,
        Reject = true,
        IsTransfer = true,
        Snapshot = new SnapshotMetadata(new LogIndex(9), new Term(10), SingleNode.Voters(2)),
        Entries = new[]
        {
            SingleNode.Entry(5, 3),
            SingleNode.Entry(6, 3) with { Kind = EntryKind.Empty, Data = default },
        },
    };

    [Test]
    public void A_message_survives_its_bytes()
    {
        byte[] bytes = RaftMessageCodec.Encode(s_full);
        Assert.That(RaftMessageCodec.TryDecode(bytes, out RaftMessage? read), Is.True);
        Assert.That(read! with { Entries = s_full.Entries }, Is.EqualTo(s_full));
        Assert.That(RaftText.Entries(read!.Entries.ToArray()), Is.EqualTo(RaftText.Entries(s_full.Entries.ToArray())));
        Assert.That(RaftMessageCodec.Encode(read), Is.EqualTo(bytes));
    }

    [Test]
    public void Version_1_bytes_stay_as_they_are() => Assert.That(Convert.ToHexString(RaftMessageCodec.Encode(s_full)),
        Is.EqualTo("01" + "09" + "07"
            + "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000"
            + "0500000000000000" + "0600000000000000" + "0700000000000000" + "0800000000000000"
            + "0900000000000000" + "0A00000000000000"
            + "15" + "01" + "02" + "0100000000000000" + "0200000000000000" + "000000"
            + "02"
            + "0300000000000000" + "00" + "03" + "352F33"
            + "0300000000000000" + "01" + "00"));

    [Test]
    public void Cut_off_bytes_are_refused_at_every_length()
    {
        byte[] bytes = RaftMessageCodec.Encode(s_full);
        for (int length = 0; length < bytes.Length; length++)
            Assert.That(RaftMessageCodec.TryDecode(bytes.AsMemory(0, length), out _), Is.False, $"length {length}");
        Assert.That(RaftMessageCodec.TryDecode((byte[])[.. bytes, 0], out _), Is.False, "too long");
    }

    [Test]
    public void Damaged_bytes_never_throw()
    {
        Prng prng = new(20260104);
        byte[] good = RaftMessageCodec.Encode(s_full);
        for (int run = 0; run < 20_000; run++)
        {
            byte[] bad = [.. good];
            for (int i = 0; i <= prng.Next(3); i++)
                bad[prng.Next(bad.Length)] = (byte)prng.Next(256);
            Assert.That(() => RaftMessageCodec.TryDecode(bad, out _), Throws.Nothing, $"run {run}");
        }
    }
}
