using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.RebootLock.Model;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>The store as one process uses it: answers take time, come late, or never.</summary>
internal sealed class RebootsClient(RebootsCluster cluster, RebootsMachine machine, RebootsProcess process) : IKvClient
{
    private const long Limit = 5 * RebootsPlan.Second;

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        Ask(answer =>
        {
            if (cluster.Store.IsThere)
                answer(cluster.Store.Read(key), cluster.Latency());
            else
                answer(new KvOutcome.Unreachable("no leader"), cluster.Chance.Chance(0.5) ? cluster.Latency() : Limit);
        }, cancellation);

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation)
    {
        if (cluster.Plan.Bug == RebootsBug.SwapsBlindly && key == LockKeys.Semaphore(""))
            options = options with { PreviousIndex = StoreIndex.Zero };
        byte[]? command = KvCommands.Set(KvText.Key(key), value, options, cluster.Store.WallNs, out KvOutcome? refusal);
        return command is null ? Task.FromResult(refusal!) : Propose(command, cancellation);
    }

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation)
    {
        byte[]? command = KvCommands.Delete(KvText.Key(key), options, out KvOutcome? refusal);
        return command is null ? Task.FromResult(refusal!) : Propose(command, cancellation);
    }

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        new SimulatedWatch(
            cluster.World, cluster.Latency, () => process.IsDead, cluster.Store, key, isRecursive: false, since,
            cancellation);

    private Task<KvOutcome> Propose(byte[] command, CancellationToken cancellation) => Ask(answer =>
    {
        if (cluster.Store.IsThere)
        {
            KvOutcome outcome = cluster.Store.Write(command, machine);
            if (cluster.IsTurmoil && cluster.Chance.Chance(0.05))
            {
                // It is committed, and its leader is gone before it could say so.
                cluster.Tally.Count("an answer is lost with its leader");
                cluster.Store.LoseLeader(cluster.Chance.Next(1, 8) * RebootsPlan.Second);
                answer(new KvOutcome.Unknown("the leader is gone"), cluster.Latency());
            }
            else
            {
                answer(outcome, cluster.Latency());
            }

            return;
        }

        switch (cluster.Chance.Next(3))
        {
            case 0:
                answer(new KvOutcome.Unreachable("no leader"), cluster.Latency());
                break;
            case 1:
                answer(new KvOutcome.Unknown("no answer in time"), Limit);
                break;
            default:
                cluster.Store.WriteLater(command, machine);
                answer(new KvOutcome.Unknown("no answer in time"), Limit);
                break;
        }
    }, cancellation);

    private Task<KvOutcome> Ask(Action<Action<KvOutcome, long>> arrives, CancellationToken cancellation)
    {
        TaskCompletionSource<KvOutcome> answer = new();
        if (cancellation.CanBeCanceled)
            cancellation.Register(() => answer.TrySetCanceled(cancellation));
        cluster.World.After(cluster.Latency(), () => arrives((outcome, delay) => cluster.World.After(delay, () =>
        {
            if (!process.IsDead)
                answer.TrySetResult(outcome);
        })));
        return answer.Task;
    }
}
