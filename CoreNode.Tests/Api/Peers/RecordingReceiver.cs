using System.Collections.Concurrent;
using System.Threading.Channels;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Api.Peers;

/// <summary>A member that writes down what reaches it, in order of arrival.</summary>
internal sealed class RecordingReceiver : IPeerReceiver
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();

    /// <summary>Messages of Raft.</summary>
    public ConcurrentQueue<RaftMessage> Raft { get; } = new();

    /// <summary>Other messages.</summary>
    public ConcurrentQueue<PeerMessage> Others { get; } = new();

    /// <summary>Who was reported as unreachable.</summary>
    public ConcurrentQueue<NodeId> Unreachable { get; } = new();

    /// <summary>What became of snapshots.</summary>
    public ConcurrentQueue<(NodeId Node, bool IsDelivered)> Snapshots { get; } = new();

    /// <summary>Who refuses this member.</summary>
    public ConcurrentQueue<(NodeId By, PeerRefusal Refusal)> Refusals { get; } = new();

    /// <summary>Answer to everybody who connects.</summary>
    public PeerRefusal? Admission { get; set; }

    /// <summary>What is sent as a snapshot.</summary>
    public byte[]? Snapshot { get; init; }

    /// <summary>Takes a snapshot.</summary>
    public Func<RaftMessage, long, ISnapshotSink?> Accept { get; set; } = (_, _) => null;

    /// <summary>Called for each message of Raft before it is written down.</summary>
    public Action<RaftMessage> OnReceive { get; set; } = _ => { };

    /// <summary>The answer to a machine without identity.</summary>
    public ClusterDescription Description { get; set; } = new(0, [], []);

    public PeerRefusal? Admit(PeerIdentity peer) => Admission;

    public void Receive(RaftMessage message)
    {
        OnReceive(message);
        Raft.Enqueue(message);
        _changes.Writer.TryWrite(true);
    }

    public void Receive(PeerMessage message) => Note(Others, message);

    public void ReportUnreachable(NodeId node) => Note(Unreachable, node);

    public void ReportSnapshot(NodeId node, bool isDelivered) => Note(Snapshots, (node, isDelivered));

    public void ReportRefused(NodeId by, PeerRefusal refusal) => Note(Refusals, (by, refusal));

    public ISnapshotSource? OpenSnapshot(LogIndex index) => Snapshot is null ? null : new MemorySource(Snapshot);

    public ISnapshotSink? AcceptSnapshot(RaftMessage message, long length) => Accept(message, length);

    public ClusterDescription Describe() => Description;

    /// <summary>Waits until that is so; asked after each report.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        using CancellationTokenSource deadline = new(s_patience);
        try
        {
            while (!condition())
                await _changes.Reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"waited in vain for {what}");
        }
    }

    private void Note<T>(ConcurrentQueue<T> list, T item)
    {
        list.Enqueue(item);
        _changes.Writer.TryWrite(true);
    }

    private sealed class MemorySource(byte[] content) : ISnapshotSource
    {
        public long Length => content.Length;

        public int Read(long offset, Span<byte> target)
        {
            int count = (int)Math.Min(target.Length, content.Length - offset);
            content.AsSpan((int)offset, count).CopyTo(target);
            return count;
        }

        public void Dispose()
        {
        }
    }
}
