using CoreNode.Api.Peers;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Tests.Wal;

namespace CoreNode.Tests.Api.Peers;

/// <summary>Today's code says and understands what docs/formats.md says (golden files).</summary>
[TestFixture, Category("Conformance")]
internal sealed class PeerFormatTests
{
    private static PeerMessage[] Others() => SampleMessages.Others;

    [Test]
    public void A_stream_is_written_as_the_golden_file() =>
        GoldenFile.AssertIs("peer-stream-v1.bin", SampleMessages.Stream(), GoldenPlace());

    [Test]
    public void A_snapshot_is_written_as_the_golden_file() =>
        GoldenFile.AssertIs("peer-snapshot-v1.bin", SampleMessages.SnapshotStream(), GoldenPlace());

    [Test]
    public void The_answers_to_a_snapshot_are_written_as_the_golden_file() =>
        GoldenFile.AssertIs("peer-snapshot-answers-v1.bin", SampleMessages.SnapshotAnswers(), GoldenPlace());

    [Test]
    public void Answers_are_written_as_the_golden_file() => GoldenFile.AssertIs(
        "peer-answers-v1.bin",
        [
            .. HelloAnswer.Accept(1),
            .. HelloAnswer.Refuse(new PeerRefusal(PeerRefusalReason.WrongMember, "not me ✗")),
            .. PeerFrame.Encode(FrameType.Description, DescriptionCodec.Encode(SampleMessages.Description)),
        ],
        GoldenPlace());

    [Test]
    public void The_golden_stream_is_understood()
    {
        byte[] bytes = GoldenFile.Read("peer-stream-v1.bin");
        PeerHello hello = PeerHello.ReadPreface(bytes.AsSpan(0, PeerHello.PrefaceLength));
        ReadOnlyMemory<byte> frames = bytes.AsMemory(PeerHello.PrefaceLength);
        Assert.That(hello.With(Take(ref frames)), Is.EqualTo(FakePeer.Hello()));
        Assert.That(RaftMessageCodec.TryDecode(Take(ref frames).Payload, out RaftMessage? append), Is.True);
        Assert.That(append!.Entries.Length, Is.EqualTo(2));
        foreach (PeerMessage other in SampleMessages.Others)
        {
            PeerMessageCodec.TryRead(Take(ref frames), SampleMessages.From, SampleMessages.To, out PeerMessage? read);
            Assert.That(SampleMessages.Frame(read!), Is.EqualTo(SampleMessages.Frame(other)));
        }

        Assert.That(frames.IsEmpty);
    }

    [Test]
    public void The_golden_answers_are_understood()
    {
        ReadOnlyMemory<byte> frames = GoldenFile.Read("peer-answers-v1.bin");
        Assert.That(HelloAnswer.Read(Take(ref frames), out byte version), Is.Null);
        Assert.That(version, Is.EqualTo(1));
        Assert.That(
            HelloAnswer.Read(Take(ref frames), out _),
            Is.EqualTo(new PeerRefusal(PeerRefusalReason.WrongMember, "not me ✗")));
        Assert.That(DescriptionCodec.TryDecode(Take(ref frames).Payload, out ClusterDescription? description));
        Assert.That(description!.Members[0].Name, Is.EqualTo("näme"));
    }

    [TestCaseSource(nameof(Others))]
    public void Each_field_of_a_message_survives(PeerMessage message)
    {
        ReadOnlyMemory<byte> frames = SampleMessages.Frame(message);
        Assert.That(
            PeerMessageCodec.TryRead(Take(ref frames), message.From, message.To, out PeerMessage? read), Is.True);
        switch (read)
        {
            case ForwardedCommands commands:
                Assert.That(
                    commands.Commands.Select(c => c.ToArray()),
                    Is.EqualTo(((ForwardedCommands)message).Commands.Select(c => c.ToArray())));
                Assert.That(commands.Batch, Is.EqualTo(7));
                break;
            case ForwardedMemberChange change:
                MemberChange expected = ((ForwardedMemberChange)message).Change;
                Assert.That(change.Change.PeerUrls, Is.EqualTo(expected.PeerUrls));
                Assert.That(change.Change with { PeerUrls = expected.PeerUrls }, Is.EqualTo(expected));
                break;
            case MemberChangeAnswer { Outcome.Member: { } member }:
                Member sent = ((MemberChangeAnswer)message).Outcome.Member!;
                Assert.That((member.Id, member.Name), Is.EqualTo((sent.Id, sent.Name)));
                Assert.That(member.PeerUrls, Is.EqualTo(sent.PeerUrls));
                Assert.That(member.ClientUrls, Is.EqualTo(sent.ClientUrls));
                break;
            default:
                Assert.That(read, Is.EqualTo(message));
                break;
        }
    }

    [Test]
    public void Every_outcome_of_a_proposal_has_its_number()
    {
        ProposeOutcome[] outcomes = Enum.GetValues<ProposeOutcome>();
        Assert.That(outcomes.Select(NumberOf), Is.EqualTo(new byte[] { 0, 1, 2, 3, 4, 5, 6 }));
        foreach (ProposeOutcome outcome in outcomes)
        {
            ReadOnlyMemory<byte> frames = SampleMessages.Frame(Answer(outcome));
            PeerMessageCodec.TryRead(Take(ref frames), SampleMessages.From, SampleMessages.To, out PeerMessage? read);
            Assert.That(read, Is.EqualTo(Answer(outcome)));
        }
    }

    private static byte NumberOf(ProposeOutcome outcome) =>
        SampleMessages.Frame(Answer(outcome))[PeerFrame.HeaderLength + 8];

    private static ForwardAnswer Answer(ProposeOutcome outcome) =>
        new(SampleMessages.From, SampleMessages.To, 1, outcome, new LogIndex(2), new Term(3));

    private static PeerFrame Take(ref ReadOnlyMemory<byte> frames)
    {
        Assert.That(PeerFrame.TryTake(ref frames, out PeerFrame frame), Is.True);
        return frame;
    }

    // GoldenFile takes the folder above the one of its caller as the project's.
    private static string GoldenPlace([System.Runtime.CompilerServices.CallerFilePath] string source = "") =>
        Path.GetDirectoryName(source)!;
}
