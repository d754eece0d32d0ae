using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// One snapshot on its way to another member, piece by piece, with the real source and sink at its ends. It breaks when
/// one of the two is gone, cannot be reached, or does not want it.
/// </summary>
internal sealed class SimulatedStream(
    SimulatedWorld world, SimulatedNetwork network, SimulatedProcess from, RaftMessage message, Action<bool> ended)
{
    private const int PieceBytes = 2048;

    private readonly byte[] _piece = new byte[PieceBytes];
    private ISnapshotSource? _source;
    private ISnapshotSink? _sink;
    private SimulatedProcess? _to;
    private bool _isOver;

    /// <summary>Asks the receiver whether it wants it, and from where on.</summary>
    public void Begin()
    {
        if (from.HasEnded || network.Reach(from, message.To) is not { } to)
        {
            End(false);
            return;
        }

        _to = to;
        _source = from.Store.OpenForSending(message.Snapshot!.Index);
        to.RunThread(() =>
        {
            if (_isOver)
                return;
            if (_source is not null)
                _sink = to.AcceptSnapshot(message, _source.Length);
            if (_sink is null)
                End(false);
            else
                Next();
        });
    }

    /// <summary>A process is gone.</summary>
    public void ProcessEnded(SimulatedProcess process)
    {
        if (process == from || process == _to)
            End(false);
    }

    private void Next() => world.After(network.DrawStreamDelay(), () =>
    {
        if (_isOver)
            return;
        if (network.Reach(from, message.To) != _to)
            End(false);
        else
            _to!.RunThread(TakePiece);
    });

    private void TakePiece()
    {
        if (_isOver)
            return;
        int read = _source!.Read(_sink!.Offset, _piece);
        if (read == 0)
        {
            End(_sink.Complete());
            return;
        }

        _sink.Write(_piece.AsSpan(0, read));
        Next();
    }

    private void End(bool isDelivered)
    {
        if (_isOver)
            return;
        _isOver = true;
        _source?.Dispose();
        _sink?.Dispose();
        if (!isDelivered)
            Probe.Hit("simulation.stream-broken");
        world.After(network.DrawStreamDelay(), () => ended(isDelivered));
    }
}
