using CoreNode.Api.Peers;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Api.Peers;

/// <summary>
/// Random bytes, flipped bits and cuts: the connection may end, nothing else happens, and nothing is taken that was
/// not said. Everything follows from the seed that a failure names.
/// </summary>
[TestFixture, Category("Conformance")]
internal sealed class PeerFuzzTests
{
    private const ulong Seed = 20261121;

    [Test]
    public void Frames_come_out_whole_however_the_bytes_are_cut()
    {
        Prng prng = new(Seed);
        for (int run = 0; run < 100; run++)
        {
            byte[][] payloads =
            [
                .. Enumerable.Range(0, prng.Next(1, 12)).Select(_ => Bytes(prng, prng.Chance(0.1) ? 200_000 : 300)),
            ];
            byte[] stream = [.. payloads.SelectMany(p => PeerFrame.Encode(FrameType.RaftMessage, p))];
            FrameReader reader = new(1 << 20);
            List<byte[]> read = [];
            for (int at = 0; at < stream.Length;)
            {
                Memory<byte> free = reader.Free();
                int most = Math.Min(free.Length, stream.Length - at);
                int count = Math.Min(most, prng.Next(1, prng.Chance(0.5) ? 20 : 70_000));
                stream.AsMemory(at, count).CopyTo(free);
                at += count;
                ReadOnlyMemory<byte> frames = reader.Advance(count);
                while (!frames.IsEmpty)
                {
                    Assert.That(PeerFrame.TryTake(ref frames, out PeerFrame frame), Is.True, $"run {run}");
                    read.Add(frame.Payload.ToArray());
                }
            }

            Assert.That(reader.IsInsideFrame, Is.False, $"run {run}");
            Assert.That(read, Is.EqualTo(payloads), $"run {run}");
        }
    }

    [Test]
    public void Damaged_payloads_are_refused_or_mean_something_else_but_never_throw()
    {
        Prng prng = new(Seed);
        byte[][] payloads =
        [
            .. SampleMessages.Others.Select(m => SampleMessages.Frame(m)[PeerFrame.HeaderLength..^4]),
            DescriptionCodec.Encode(SampleMessages.Description),
            SnapshotFrames.Begin(SampleMessages.Snapshot, 8)[PeerFrame.HeaderLength..^4],
        ];
        for (int run = 0; run < 30_000; run++)
        {
            byte[] payload = Damage(prng, payloads[prng.Next(payloads.Length)]);
            FrameType type = (FrameType)prng.Next(16, 50);
            Assert.That(() => Decode(new PeerFrame(type, payload)), Throws.Nothing, $"seed {Seed}, run {run}");
        }
    }

    [Test]
    public void A_flipped_bit_never_passes_the_checksum()
    {
        byte[] stream = SampleMessages.Frame(SampleMessages.Append);
        for (int bit = 8 * 4; bit < 8 * stream.Length; bit++)
        {
            byte[] bad = [.. stream];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            ReadOnlyMemory<byte> frames = bad;
            Assert.That(PeerFrame.TryTake(ref frames, out _), Is.False, $"bit {bit}");
        }
    }

    [Test]
    public void Cut_off_payloads_are_refused_at_every_length()
    {
        foreach (PeerMessage message in SampleMessages.Others)
        {
            byte[] payload = SampleMessages.Frame(message)[PeerFrame.HeaderLength..^4];
            for (int length = 0; length < payload.Length; length++)
            {
                PeerFrame frame = new(PeerMessageCodec.TypeOf(message), payload.AsMemory(0, length));
                Assert.That(
                    PeerMessageCodec.TryRead(frame, SampleMessages.From, SampleMessages.To, out _), Is.False,
                    $"{message.GetType().Name} of {length} bytes");
            }
        }
    }

    [Test]
    public async Task A_live_listener_survives_and_takes_nothing_that_was_not_said()
    {
        Prng prng = new(Seed);
        SnapshotPlace place = new();
        RecordingReceiver receiver = new() { Accept = (_, _) => place.Open() };
        await using PeerMember a = await PeerMember.StartAsync(1, receiver);
        byte[] append = RaftMessageCodec.Encode(SampleMessages.Append);
        for (int run = 0; run < 300; run++)
        {
            byte[] good = prng.Chance(0.3) ? SampleMessages.SnapshotStream() : SampleMessages.Stream();
            byte[] bad = prng.Chance(0.2) ? Bytes(prng, 300) : Damage(prng, good);
            using FakePeer peer = await FakePeer.DialAsync(a.Port);
            await peer.SendAsync(bad);
            peer.EndSending();
            await peer.ReadAsync(1 << 16);
        }

        // A flip can only have ended a stream: what was taken before it is what was said.
        foreach (RaftMessage message in receiver.Raft)
            Assert.That(RaftMessageCodec.Encode(message), Is.EqualTo(append), $"seed {Seed}");
        string[] others = [.. SampleMessages.Others.Select(m => Convert.ToHexString(SampleMessages.Frame(m)))];
        foreach (PeerMessage message in receiver.Others)
            Assert.That(others, Does.Contain(Convert.ToHexString(SampleMessages.Frame(message))), $"seed {Seed}");
        Assert.That(receiver.Raft, Is.Not.Empty);
        Assert.That(a.Transport.Metrics.RefusedCount(ProtocolFault.Damaged), Is.Positive);
        Assert.That(a.Transport.Metrics.RefusedCount(ProtocolFault.Truncated), Is.Positive);
        await using PeerMember b = await PeerMember.StartAsync(2);
        b.Meet((1, a.Url));
        await b.ConnectedToAsync(1);
    }

    [Test]
    public async Task Whatever_answers_a_dial_costs_that_attempt_only()
    {
        Prng prng = new(Seed);
        using System.Net.Sockets.Socket listener = FakePeer.Listen();
        await using PeerMember a = await PeerMember.StartAsync(1);
        a.Meet((2, $"http://127.0.0.1:{FakePeer.PortOf(listener)}"));
        byte[] good = [.. HelloAnswer.Accept(1), .. SampleMessages.Frame(SampleMessages.Append)];
        for (int run = 0; run < 60; run++)
        {
            using FakePeer peer = await FakePeer.AcceptAsync(listener);
            await peer.SendAsync(prng.Chance(0.3) ? Bytes(prng, 100) : Damage(prng, good));
            peer.EndSending();
            await peer.ReadAsync(PeerHello.PrefaceLength);
        }

        Assert.That(a.Receiver.Raft, Is.Empty);
        using FakePeer first = await FakePeer.AcceptAsync(listener);
        await first.LetInAsync();
    }

    private static void Decode(PeerFrame frame)
    {
        PeerMessageCodec.TryRead(frame, SampleMessages.From, SampleMessages.To, out _);
        DescriptionCodec.TryDecode(frame.Payload, out _);
        SnapshotFrames.TryReadBegin(frame with { Type = FrameType.SnapshotBegin }, out _, out _);
        SnapshotFrames.TryReadEnd(frame, out _);
        SnapshotFrames.TryReadOffset(frame, out _);
    }

    // Some flipped bits, bytes of chance, or a cut.
    private static byte[] Damage(Prng prng, byte[] good)
    {
        byte[] bad = [.. good];
        for (int i = prng.Next(4); i > 0; i--)
            bad[prng.Next(bad.Length)] ^= (byte)(1 << prng.Next(8));
        if (prng.Chance(0.3))
            bad[prng.Next(bad.Length)] = (byte)prng.Next(256);
        return prng.Chance(0.4) ? bad[..prng.Next(bad.Length)] : bad;
    }

    private static byte[] Bytes(Prng prng, int most)
    {
        byte[] bytes = new byte[prng.Next(most)];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)prng.Next(256);
        return bytes;
    }
}
