using System.Text;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Leases;
using CoreNode.Api.Peers.Requests;
using CoreNode.Api.Peers.Store;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Wal;

namespace CoreNode.Tests.Api.Peers;

/// <summary>What nodes ask each other is today what docs/formats.md says (golden files).</summary>
[TestFixture, Category("Conformance")]
internal sealed class RequestFormatTests
{
    private static readonly LeaseQuestion[] s_questions =
    [
        new(new LeaseRenewal("0123456789abcdef0123456789abcdef", 0xab, TimeSpan.FromSeconds(10)), IsRelease: false),
        new(new LeaseRenewal("m", 1, TimeSpan.FromMilliseconds(1500)), IsRelease: true),
    ];

    private static readonly LeaseReply[] s_replies =
    [
        new LeaseReply.Granted(TimeSpan.FromSeconds(10)),
        new LeaseReply.Released(),
        new LeaseReply.Duplicate("another machine has this id"),
        new LeaseReply.Elsewhere(new NodeId(0xbc), ["http://10.0.0.1:2380", "http://[fd00::1]:2380"]),
        new LeaseReply.Leaderless(
            new LeaderStanding(
                new NodeId(0xa), NodeId.None, new Term(7), TimeSpan.FromMilliseconds(2500),
                [new NodeId(0xa), new NodeId(0xb)], [new NodeId(0xc)]),
            TimeSpan.FromMilliseconds(2500), TimeSpan.FromSeconds(10)),
        new LeaseReply.Failed("this member has only just been started"),
    ];

    private static readonly KvNode s_node = new()
    {
        Key = "/a",
        IsDirectory = true,
        CreatedIndex = new StoreIndex(3),
        ModifiedIndex = new StoreIndex(4),
        Nodes =
        [
            new KvNode
            {
                Key = "/a/b",
                Value = "ä \"x\"",
                CreatedIndex = new StoreIndex(3),
                ModifiedIndex = new StoreIndex(5),
                Expiration = "2026-01-02T03:04:05Z",
                TtlSeconds = 9,
            },
        ],
    };

    private static readonly KvChange s_change = new(
        KeyAction.CompareAndSwap, s_node.Nodes[0], s_node.Nodes[0] with { Value = "old" }, new StoreIndex(5));

    private static readonly KvError s_error = new(101, "Compare failed", "[1 != 2]", 5);

    private static readonly StoreQuestion[] s_asked =
    [
        new StoreQuestion.Get("/a", KvGetOptions.Plain),
        new StoreQuestion.Get("/a", new KvGetOptions { IsRecursive = true, IsSorted = true, IsQuorum = true }),
        new StoreQuestion.Set("/a/b", "v", KvSetOptions.None),
        new StoreQuestion.Set("/a/b", "v", new KvSetOptions
        {
            MustExist = true,
            PreviousValue = "old",
            PreviousIndex = new StoreIndex(4),
            TimeToLive = TimeSpan.FromSeconds(9),
        }),
        new StoreQuestion.Set("/a", "", new KvSetOptions { MustExist = false, IsDirectory = true }),
        new StoreQuestion.Set("/a/b", "", new KvSetOptions { IsRefresh = true, TimeToLive = TimeSpan.FromSeconds(9) }),
        new StoreQuestion.CreateInOrder("/queue", "v", null),
        new StoreQuestion.CreateInOrder("/queue", "v", TimeSpan.FromSeconds(9)),
        new StoreQuestion.Delete("/a", new KvDeleteOptions { IsDirectory = true, IsRecursive = true }),
        new StoreQuestion.Delete(
            "/a/b", new KvDeleteOptions { PreviousValue = "old", PreviousIndex = new StoreIndex(4) }),
        new StoreQuestion.Watch("/a", true, new StoreIndex(6)),
    ];

    private static readonly KvOutcome[] s_outcomes =
    [
        new KvOutcome.Done(s_change),
        new KvOutcome.Done(new KvChange(KeyAction.Get, s_node, null, new StoreIndex(9))),
        new KvOutcome.Refused(s_error),
        new KvOutcome.Unreachable("no member"),
        new KvOutcome.Unknown("no answer"),
    ];

    private static readonly KvWatchItem[] s_items =
    [
        new KvWatchItem.Changed(s_change),
        new KvWatchItem.HistoryLost(new StoreIndex(1), s_node, new StoreIndex(9)),
        new KvWatchItem.HistoryLost(new StoreIndex(1), null, new StoreIndex(9)),
        new KvWatchItem.Refused(s_error),
    ];

    [Test]
    public void Renewals_and_their_answers_are_written_as_the_golden_file() => GoldenFile.AssertIs(
        "node-lease-v1.jsonl",
        [.. s_questions.SelectMany(LeaseJson.Format), .. s_replies.SelectMany(LeaseJson.Format)]);

    [Test]
    public void The_golden_renewals_are_understood()
    {
        List<byte> written = [];
        ReadOnlyMemory<byte>[] lines = Lines("node-lease-v1.jsonl");
        Assert.That(LeaseJson.ParseQuestion(lines[0]), Is.EqualTo(s_questions[0]));
        for (int i = 0; i < lines.Length; i++)
        {
            written.AddRange(i < s_questions.Length
                ? LeaseJson.Format(LeaseJson.ParseQuestion(lines[i]))
                : LeaseJson.Format(LeaseJson.ParseReply(lines[i])));
        }

        Assert.That(written.ToArray(), Is.EqualTo(GoldenFile.Read("node-lease-v1.jsonl")));
    }

    [Test]
    public void Questions_to_the_store_and_answers_are_written_as_the_golden_file() =>
        GoldenFile.AssertIs("node-store-v1.jsonl", StoreLines());

    [Test]
    public void The_golden_questions_to_the_store_are_understood()
    {
        List<byte> written = [];
        ReadOnlyMemory<byte>[] lines = Lines("node-store-v1.jsonl");
        for (int i = 0; i < lines.Length; i++)
        {
            int answer = i - s_asked.Length;
            int told = answer - s_outcomes.Length;
            if (answer < 0)
                written.AddRange(StoreJson.Format(StoreJson.ParseQuestion(lines[i])));
            else if (told < 0)
                written.AddRange(StoreJson.Format(StoreJson.ParseOutcome(lines[i])));
            else if (StoreJson.ParseItem(lines[i], out StoreIndex index) is { } item)
                written.AddRange(StoreJson.Format(item));
            else
                written.AddRange(StoreJson.FormatStart(index));
        }

        Assert.That(written.ToArray(), Is.EqualTo(GoldenFile.Read("node-store-v1.jsonl")));
    }

    // The frames of one request that both sides prove by the secret; the random numbers are fixed here.
    [Test]
    public void A_sealed_request_is_written_as_the_golden_file() =>
        GoldenFile.AssertIs("node-request-v1.bin", SealedRequest());

    [Test]
    public void Who_knows_the_secret_reads_the_golden_request_and_nobody_else()
    {
        ReadOnlyMemory<byte> frames = GoldenFile.Read("node-request-v1.bin");
        byte[] challenge = Take(ref frames, FrameType.RequestChallenge).Payload.ToArray();
        byte[] client = Take(ref frames, FrameType.RequestProof).Payload.ToArray();
        byte[] server = Take(ref frames, FrameType.RequestProof).Payload.ToArray();
        RequestProof proof = Proof(challenge.AsSpan(1), client.AsSpan(1, RequestProof.NonceLength), Secret());
        Assert.That(proof.IsOfClient(client.AsSpan(1 + RequestProof.NonceLength)), Is.True);
        Assert.That(proof.IsOfServer(server), Is.True);
        using RequestCipher cipher = proof.ClientCipher();
        Assert.That(cipher.Open(Take(ref frames, FrameType.RequestBegin)), Is.EqualTo("lease"u8.ToArray()));
        Assert.That(cipher.Open(Take(ref frames, FrameType.RequestData)), Is.EqualTo("question\n"u8.ToArray()));
        Assert.That(cipher.Open(Take(ref frames, FrameType.RequestEnd)), Is.Empty);
        Assert.That(frames.IsEmpty, Is.True);
        RequestProof other = Proof(
            challenge.AsSpan(1), client.AsSpan(1, RequestProof.NonceLength), RequestProof.KeyOf("another"));
        Assert.That(other.IsOfClient(client.AsSpan(1 + RequestProof.NonceLength)), Is.False);
    }

    private static byte[] StoreLines() =>
    [
        .. s_asked.SelectMany(StoreJson.Format),
        .. s_outcomes.SelectMany(StoreJson.Format),
        .. StoreJson.FormatStart(new StoreIndex(6)),
        .. s_items.SelectMany(StoreJson.Format),
    ];

    private static byte[] SealedRequest()
    {
        byte[] server = [.. Enumerable.Range(0, RequestProof.NonceLength).Select(static i => (byte)i)];
        byte[] client = [.. server.Select(static b => (byte)(b + 100))];
        RequestProof proof = Proof(server, client, Secret());
        using RequestCipher cipher = proof.ClientCipher();
        return
        [
            .. PeerFrame.Encode(FrameType.RequestChallenge, [1, .. server]),
            .. PeerFrame.Encode(FrameType.RequestProof, [2, .. client, .. proof.OfClient()]),
            .. PeerFrame.Encode(FrameType.RequestProof, proof.OfServer()),
            .. Sealed(cipher, FrameType.RequestBegin, "lease"),
            .. Sealed(cipher, FrameType.RequestData, "question\n"),
            .. Sealed(cipher, FrameType.RequestEnd, ""),
        ];
    }

    private static byte[] Sealed(RequestCipher cipher, FrameType type, string text)
    {
        byte[] plain = Encoding.UTF8.GetBytes(text);
        byte[] target = new byte[plain.Length + RequestCipher.TagLength];
        cipher.Seal(type, plain, target);
        return PeerFrame.Encode(type, target);
    }

    private static byte[] Secret() => [.. Enumerable.Range(0, 32).Select(static i => (byte)(i * 3))];

    private static RequestProof Proof(ReadOnlySpan<byte> server, ReadOnlySpan<byte> client, byte[] key) => new(
        key,
        new PeerHello
        {
            LowestVersion = 1,
            HighestVersion = 1,
            Kind = ConnectionKind.Request,
            ClusterId = 0xC1,
            Sender = new NodeId(9),
            Receiver = NodeId.None,
        },
        server, client);

    private static PeerFrame Take(ref ReadOnlyMemory<byte> bytes, FrameType type)
    {
        Assert.That(PeerFrame.TryTake(ref bytes, out PeerFrame frame), Is.True);
        Assert.That(frame.Type, Is.EqualTo(type));
        return frame;
    }

    private static ReadOnlyMemory<byte>[] Lines(string file)
    {
        byte[] bytes = GoldenFile.Read(file);
        List<ReadOnlyMemory<byte>> lines = [];
        for (int begin = 0; begin < bytes.Length;)
        {
            int end = Array.IndexOf(bytes, (byte)'\n', begin);
            lines.Add(bytes.AsMemory(begin, end - begin));
            begin = end + 1;
        }

        return [.. lines];
    }
}
