using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Hosting;
using CoreNode.Hosting.Updates.Sharing;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Updates.Client;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Payload;
using CoreNode.Updates.Sharing;

namespace CoreNode.Tests.Updates.Sharing;

/// <summary>A worker process' way to its node, and by it to the server.</summary>
[TestFixture, Category("Unit")]
internal sealed class SharedPayloadSourceTests
{
    private const string Payload = "CrAU0123456789abcdef";

    [Test]
    public async Task Over_the_socket_it_gets_its_bytes_from_wherever_the_node_says()
    {
        await using Bench bench = new([
            new SharePiece(ShareOrigin.Peer) { From = 0, To = 20, Data = Bytes(Payload[..7]) },
            new SharePiece(ShareOrigin.Server) { From = 7, To = 12 },
            new SharePiece(ShareOrigin.Peer) { From = 10, To = 20, Data = Bytes(Payload[10..]) },
        ]);
        Assert.That(await bench.ReadAsync(), Is.EqualTo(Payload));
        Assert.That(bench.Asked.Select(static one => one.From), Is.EqualTo((long[])[0, 7, 12]));
        Assert.That(bench.Ranges, Is.EqualTo((string[])["bytes=7-11"]));
    }

    [Test]
    public async Task Without_the_node_it_asks_the_server()
    {
        await using Bench bench = new([]);
        await bench.StopNodeAsync();
        Assert.That(await bench.ReadAsync(), Is.EqualTo(Payload));
        Assert.That(bench.Ranges, Is.EqualTo((string[])[""]));
    }

    [Test]
    public async Task A_wrong_piece_of_another_node_is_told_with_the_next_question()
    {
        await using Bench bench = new([
            new SharePiece(ShareOrigin.Peer) { From = 0, To = 20, Data = Bytes(Payload) },
            new SharePiece(ShareOrigin.Server) { From = 0 },
        ]);
        await bench.ReadAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bench.Source.TryBlame(ApplyCodes.Write), Is.False, "its own disk");
            Assert.That(bench.Source.TryBlame((int)PayloadErrorCode.OperationHashMismatch), Is.True);
            Assert.That(bench.Source.TryBlame((int)PayloadErrorCode.OperationHashMismatch), Is.False, "once");
        }

        await bench.ReadAsync();
        Assert.That(bench.Asked.Select(static one => one.IsBlamed), Is.EqualTo((bool[])[false, true]));
        Assert.That(
            bench.Source.TryBlame((int)PayloadErrorCode.OperationHashMismatch), Is.False, "the server's are its own");
    }

    [TestCase("", 20, true)]
    [TestCase("x", 20, false)]
    [TestCase("", 0, false)]
    public void Only_a_payload_that_has_a_name_is_shared(string extra, long size, bool isShared)
    {
        WorkerJob job = Bench.Job("/a.sock") with { Size = size };
        Assert.That(SharedPayloadSource.IsFor(job with { Sha256 = job.Sha256 + extra }), Is.EqualTo(isShared));
        Assert.That(SharedPayloadSource.IsFor(job with { Share = "" }), Is.False);
    }

    private static MemoryStream Bytes(string text) => new(System.Text.Encoding.ASCII.GetBytes(text));

    /// <summary>A node that gives prepared answers, and a server.</summary>
    private sealed class Bench : IShareDesk, IAsyncDisposable
    {
        private readonly TestFolder _folder = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly Queue<SharePiece> _pieces;
        private readonly RawServer _server;
        private readonly Task _serving;

        public Bench(IEnumerable<SharePiece> pieces)
        {
            _pieces = new Queue<SharePiece>(pieces);
            _server = new RawServer(Answer);
            string path = _folder.File("share.sock");
            _serving = new ShareSocket(path, this).RunAsync(_stop.Token);
            TransferOptions options = new() { Client = "test", Trust = new UpdateTrust(null, "the CA file") };
            Source = new SharedPayloadSource(
                Job(path), _server.At("/p"), new PayloadFetch(options, TimeProvider.System),
                new ShareConnection(path), new SimulatedFiles(new Prng(1)));
        }

        public SharedPayloadSource Source { get; }

        public List<ShareQuestion> Asked { get; } = [];

        public IEnumerable<string> Ranges => _server.Requests.Select(static one => one.Header("Range"));

        public static WorkerJob Job(string path) => new()
        {
            Step = WorkerStep.Apply,
            Url = "http://server/p",
            TrustFolder = "/",
            Checkpoint = "/c",
            Size = Payload.Length,
            Sha256 = new string('a', 64),
            Share = path,
        };

        public Task<SharePiece> NextAsync(ShareQuestion question, CancellationToken cancellation)
        {
            Asked.Add(question);
            return Task.FromResult(_pieces.Dequeue());
        }

        public async Task<string> ReadAsync()
        {
            await using Stream stream = await Source.OpenAsync(0, Payload.Length, CancellationToken.None);
            using StreamReader reader = new(stream);
            return await reader.ReadToEndAsync();
        }

        public async Task StopNodeAsync()
        {
            await _stop.CancelAsync();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async ValueTask DisposeAsync()
        {
            await StopNodeAsync();
            await _server.DisposeAsync();
            _stop.Dispose();
            _folder.Dispose();
        }

        private static string Answer(RawRequest request)
        {
            string range = request.Header("Range");
            if (range.Length == 0)
                return RawServer.Answer(200, Payload);
            string[] ends = range["bytes=".Length..].Split('-');
            int from = int.Parse(ends[0], CultureInfo.InvariantCulture);
            int end = ends[1].Length > 0 ? int.Parse(ends[1], CultureInfo.InvariantCulture) + 1 : Payload.Length;
            return RawServer.Answer(
                206, Payload[from..end], $"Content-Range: bytes {from}-{end - 1}/{Payload.Length}\r\n");
        }
    }
}
