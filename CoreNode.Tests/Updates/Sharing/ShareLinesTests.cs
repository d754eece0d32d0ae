using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Updates.Sharing;

namespace CoreNode.Tests.Updates.Sharing;

/// <summary>What is said and written about payloads.</summary>
[TestFixture, Category("Unit")]
internal sealed class ShareLinesTests
{
    private static readonly string s_hash = new('a', 64);

    [Test]
    public void A_question_comes_back_as_it_was_written()
    {
        ShareQuestion question = new(s_hash, 300_000_000, 17)
        {
            IsMetadata = true,
            IsBlamed = true,
            Unkept = "no space left",
        };
        Assert.That(ShareLines.ReadQuestion(ShareLines.Write(question)), Is.EqualTo(question));
    }

    [Test]
    public async Task Behind_its_line_a_piece_has_its_bytes()
    {
        await using SharePiece piece = new(ShareOrigin.Peer) { From = 5, To = 9, Path = "/a", Base = 3 };
        MemoryStream sent = new([.. ShareLines.Write(piece), .. "rest"u8]);
        byte[]? line = await ShareLines.ReadLineAsync(sent, CancellationToken.None);
        await using SharePiece read = ShareLines.ReadPiece(line, sent, sent);
        byte[] rest = new byte[4];
        await read.Data!.ReadExactlyAsync(rest);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((read.Origin, read.From, read.To, read.Path, read.Base), Is.EqualTo(
                (ShareOrigin.Peer, 5L, 9L, "/a", 3L)));
            Assert.That(Encoding.ASCII.GetString(rest), Is.EqualTo("rest"));
        }
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("nothing")]
    [TestCase("{\"version\":2,\"sha256\":\"HASH\",\"size\":1,\"from\":0}")]
    [TestCase("{\"version\":1,\"sha256\":\"../../etc/shadow\",\"size\":1,\"from\":0}")]
    [TestCase("{\"version\":1,\"sha256\":\"HASH\",\"size\":1,\"from\":-1}")]
    [TestCase("{\"version\":1,\"sha256\":\"HASH\",\"size\":\"1\",\"from\":0}")]
    [TestCase("{\"version\":1,\"sha256\":7,\"size\":1,\"from\":0}")]
    public void What_is_no_question_is_refused(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line.Replace("HASH", s_hash, StringComparison.Ordinal));
        Assert.That(() => ShareLines.ReadQuestion(bytes), Throws.InstanceOf<FormatException>());
    }

    [Test]
    public void A_line_without_an_end_is_given_up()
    {
        MemoryStream endless = new(new byte[ShareLines.MaxBytes + 1]);
        Assert.That(
            async () => await ShareLines.ReadLineAsync(endless, CancellationToken.None),
            Throws.InstanceOf<FormatException>());
    }

    [Test]
    public void A_keeper_stands_in_the_store_as_it_is_documented()
    {
        string value = KeeperKeys.Write("m1", ["http://10.0.0.1:2380"], 0);
        Assert.That(KeeperKeys.Of(s_hash, 3), Is.EqualTo($"/_coreos.com/updates/payloads/{s_hash}-3"));
        Assert.That(
            value, Is.EqualTo("{\"version\":1,\"machine\":\"m1\",\"peerUrls\":[\"http://10.0.0.1:2380\"],\"base\":0}"));
        Keeper? read = KeeperKeys.Read(Node(KeeperKeys.Of(s_hash, 3), value), out string hash);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(hash, Is.EqualTo(s_hash));
            Assert.That((read!.Slot, read.Machine, read.Base, read.Since.Value, read.Changed.Value), Is.EqualTo(
                (3, "m1", 0L, 5UL, 6UL)));
            Assert.That(read.PeerUrls, Is.EqualTo((string[])["http://10.0.0.1:2380"]));
        }
    }

    [TestCase("HASH", "{}")]
    [TestCase("HASH-8", "{\"version\":1,\"machine\":\"m\",\"peerUrls\":[],\"base\":0}")]
    [TestCase("HASH-1", "{\"version\":2,\"machine\":\"m\",\"peerUrls\":[],\"base\":0}")]
    [TestCase("HASH-1", "{\"version\":1,\"machine\":\"m\",\"peerUrls\":{},\"base\":0}")]
    [TestCase("HASH-1", "no JSON")]
    [TestCase("abc-1", "{\"version\":1,\"machine\":\"m\",\"peerUrls\":[],\"base\":0}")]
    public void What_others_wrote_there_is_passed_over(string name, string value)
    {
        string key = $"{KeeperKeys.Prefix}/{name.Replace("HASH", s_hash, StringComparison.Ordinal)}";
        Assert.That(KeeperKeys.Read(Node(key, value), out _), Is.Null);
    }

    private static KvNode Node(string key, string value) => new()
    {
        Key = key,
        Value = value,
        CreatedIndex = new StoreIndex(5),
        ModifiedIndex = new StoreIndex(6),
    };
}
