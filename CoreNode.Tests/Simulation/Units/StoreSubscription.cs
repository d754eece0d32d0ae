using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>A watch over the network: changes below a key arrive in order, and it ends when its member does.</summary>
internal sealed class StoreSubscription(
    UnitsNetwork network, UnitsNode from, UnitsNode to, string prefix, StoreIndex after, Action<KvChange> tell)
{
    private readonly Queue<KvChange> _onWay = new();
    private readonly int _incarnation = to.Incarnation;

    public bool IsOver { get; set; }

    public void Offer(KvChange change)
    {
        bool isMeant = change.Node.Key == prefix
            || change.Node.Key.StartsWith(prefix + "/", StringComparison.Ordinal)
            || prefix.StartsWith(change.Node.Key + "/", StringComparison.Ordinal);
        if (IsOver || !isMeant || change.Node.ModifiedIndex <= after)
            return;
        if (!network.IsOpen(from, to))
        {
            // What is lost on the way breaks the connection.
            IsOver = true;
            return;
        }

        _onWay.Enqueue(change);
        to.World.After(network.Latency(from, to), () =>
        {
            if (!network.IsOpen(from, to))
                IsOver = true;
            to.Gate(_incarnation, TellNext);
        });
    }

    // Latencies differ, the order does not.
    private void TellNext()
    {
        if (!IsOver && _onWay.TryDequeue(out KvChange? first))
            tell(first);
    }
}
