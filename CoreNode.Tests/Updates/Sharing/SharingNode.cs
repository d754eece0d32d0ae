using System.IO.Pipelines;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Units.Agent;
using CoreNode.Updates.Sharing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Updates.Sharing;

/// <summary>
/// One node: shares payloads, and fetches one as a worker does: verifies piece by piece, tells how far it is, and asks
/// again from there when a piece is wrong.
/// </summary>
internal sealed class SharingNode : IPayloadPeers, IAsyncDisposable
{
    /// <summary>What is verified at a time.</summary>
    public const int OperationBytes = 100_000;

    private readonly SharingCluster _cluster;
    private readonly Func<SharingOptions, SharingOptions>? _shape;
    private CancellationTokenSource _life = new();
    private Task _running = Task.CompletedTask;
    private int _fetched;
    private int _answered;

    public SharingNode(
        SharingCluster cluster, string machine, IKvClient store, Func<SharingOptions, SharingOptions>? shape)
    {
        (_cluster, Machine, _shape) = (cluster, machine, shape);
        Store = new CutStore(store);
        Start();
    }

    public string Machine { get; }

    public CutStore Store { get; }

    public SimulatedFiles Files { get; private set; } = new(new Prng(11));

    public PayloadSharing Sharing { get; private set; } = null!;

    /// <summary>Bytes of the payload that it has verified.</summary>
    public int Fetched => Volatile.Read(ref _fetched);

    /// <summary>Faults that it found in what it was given.</summary>
    public int WrongPieces { get; private set; }

    /// <summary>Requests of others that it has answered.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Nobody reaches it, and it reaches nobody.</summary>
    public bool IsCut { get; set; }

    /// <summary>What it sends has a wrong byte here and there.</summary>
    public bool IsLying { get; set; }

    /// <summary>It takes questions and says nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What it sends gets lost from now on, and no connection breaks.</summary>
    public bool IsHidden { get; set; }

    /// <summary>Waits before each piece that it applies.</summary>
    public Func<int, CancellationToken, Task> Pace { get; set; } = static (_, _) => Task.CompletedTask;

    public string Folder => "/data/updates/payloads";

    /// <summary>The process ends, and with it what it serves.</summary>
    public async Task StopAsync()
    {
        await _life.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Files = Files.AfterKill();
    }

    /// <summary>It starts, the first time or again.</summary>
    public void Start()
    {
        _life.Dispose();
        _life = new CancellationTokenSource();
        SharingOptions options = new()
        {
            Folder = Folder,
            Machine = Machine,
            PeerUrls = [$"mem://{Machine}"],
            Seed = new Prng(7).Child(Machine).Seed,
            BytesPerSecond = 0,
            FreeBytes = 0,
            PieceBytes = 256 << 10,
            Times = SharingCluster.Times,
        };
        Sharing = new PayloadSharing(
            _shape?.Invoke(options) ?? options,
            new SharingPlace(
                Store, this, () => _cluster.Known(Machine), () => Files.QuotaBytes - Files.UsedBytes)
            {
                OnlyMember = _cluster.HasOneMember && Machine != "m0" ? static () => ["mem://m0"] : null,
            },
            Files, TimeProvider.System, new MetricRegistry(), NullLogger<PayloadSharing>.Instance);
        Sharing.Load();
        _running = Task.WhenAll(Sharing.RunAsync(_life.Token), Sharing.TellAsync(_life.Token));
    }

    /// <summary>Fetches the payload from where it is to its end; what comes is verified.</summary>
    public async Task FetchAsync(CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _life.Token);
        Sharing.Work(_cluster.Sha256);
        bool isBlamed = false;
        while (Fetched < _cluster.Payload.Length)
        {
            await using SharedStream stream = new(Sharing, _cluster.Server, Files, new ShareQuestion(
                _cluster.Sha256, _cluster.Payload.Length, Fetched)
            {
                IsBlamed = isBlamed,
            });
            isBlamed = !await ApplyAsync(stream, end.Token);
            WrongPieces += isBlamed ? 1 : 0;
        }

        Sharing.Work("");
    }

    public async Task<IPayloadAnswer> AskAsync(
        Keeper keeper, ReadOnlyMemory<byte> question, CancellationToken cancellation)
    {
        await Task.Yield();
        SharingNode other = _cluster.Find(keeper.PeerUrls[0]["mem://".Length..]);
        if (other.IsCut || IsCut || other._life.IsCancellationRequested)
            throw new IOException($"{other.Machine} cannot be reached");
        return new Answer(other, question, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _life.Dispose();
    }

    // False where a piece is not what it must be.
    private async Task<bool> ApplyAsync(SharedStream stream, CancellationToken cancellation)
    {
        byte[] piece = new byte[OperationBytes];
        while (Fetched < _cluster.Payload.Length)
        {
            int wanted = Math.Min(OperationBytes, _cluster.Payload.Length - Fetched);
            await Pace(Fetched, cancellation);
            int count = await stream.ReadAtLeastAsync(piece.AsMemory(0, wanted), wanted, false, cancellation);
            Assert.That(count, Is.EqualTo(wanted), "it ends where the payload does");
            if (!piece.AsSpan(0, count).SequenceEqual(_cluster.Payload.AsSpan(Fetched, count)))
                return false;
            Volatile.Write(ref _fetched, Fetched + count);
            Sharing.Verify(_cluster.Sha256, Fetched, _cluster.Payload.Length);
        }

        return true;
    }

    /// <summary>A request to a node over a connection in memory, which ends when either of both does.</summary>
    private sealed class Answer : IPayloadAnswer
    {
        private readonly Pipe _pipe = new();
        private readonly CancellationTokenSource _stop;
        private readonly Task _serving;

        public Answer(SharingNode node, ReadOnlyMemory<byte> question, CancellationToken cancellation)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, node._life.Token);
            Body = _pipe.Reader.AsStream();
            _serving = ServeAsync(node, new MemoryStream(question.ToArray()));
        }

        public Stream Body { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _pipe.Reader.CompleteAsync();
            await _serving;
            _stop.Dispose();
        }

        private async Task ServeAsync(SharingNode node, Stream question)
        {
            try
            {
                if (node.IsSilent || node.IsHidden)
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                await node.Sharing.ServeAsync(
                    question, new TestedStream(_pipe.Writer.AsStream(), node), _stop.Token);
                Interlocked.Increment(ref node._answered);
                await _pipe.Writer.CompleteAsync();
            }
            catch (Exception over)
            {
                await _pipe.Writer.CompleteAsync(new IOException("the connection broke", over));
            }
        }
    }

    /// <summary>What a node sends, with the faults that a test wants.</summary>
    private sealed class TestedStream(Stream inner, SharingNode node) : MemoryStream
    {
        private int _writes;

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (node.IsCut)
                throw new IOException("cut off");
            if (node.IsHidden)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            byte[] bytes = buffer.ToArray();
            if (node.IsLying && _writes++ > 0)
                bytes[bytes.Length / 2] ^= 1;
            await inner.WriteAsync(bytes, cancellationToken);
            await inner.FlushAsync(cancellationToken);
        }
    }
}
