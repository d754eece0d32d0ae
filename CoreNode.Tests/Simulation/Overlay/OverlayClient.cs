using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>The store as one process uses it: answers take time, come late, or never.</summary>
internal sealed class OverlayClient(OverlayCluster cluster, OverlayMachine machine, OverlayProcess process) : IKvClient
{
    private const long Limit = 5 * OverlayPlan.Second;

    private readonly HashSet<string> _written = [];

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        Ask(() => cluster.Store.Read(key), cancellation, cluster.Plan.Bug == OverlayBug.EmptiesWhenAway
            && !cluster.Store.IsThere && cluster.World.Now - cluster.Store.Since > 2 * OverlayPlan.Second
            ? new KvOutcome.Refused(new KvError(100, "Key not found", key, cluster.Store.Keyspace.Index.Value)) : null);

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation)
    {
        if (cluster.Plan.Bug == OverlayBug.WritesBlindly)
            options = options with { MustExist = null, PreviousIndex = StoreIndex.Zero };
        if (cluster.Plan.Bug == OverlayBug.ForgetsRenewal && !_written.Add(key + value)
            && cluster.Store.Find(key) is { } node)
        {
            return Ask(
                () => new KvOutcome.Done(new KvChange(KeyAction.Update, node, null, node.ModifiedIndex)), cancellation);
        }

        return Ask(() => cluster.Store.Set(key, value, options), cancellation);
    }

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        Ask(() => cluster.Store.Delete(key, options), cancellation);

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        new SimulatedWatch(
            cluster.World, cluster.Latency, () => process.IsDead, cluster.Store, key, isRecursive, since, cancellation)
        {
            Owner = machine,
            Hears = IsTold,
        };

    private bool IsTold(KvChange change)
    {
        if (cluster.Plan.Bug == OverlayBug.MissesChanges && cluster.Chance.Chance(0.05))
            return false;
        return cluster.Plan.Bug != OverlayBug.HidesLosses || machine.Status.Lease is not { } lease
            || !change.Node.Key.EndsWith(lease.Name, StringComparison.Ordinal) || change.Node.Value == lease.Text;
    }

    private Task<KvOutcome> Ask(Func<KvOutcome> does, CancellationToken cancellation, KvOutcome? whenAway = null)
    {
        TaskCompletionSource<KvOutcome> answer = new();
        if (cancellation.CanBeCanceled)
            cancellation.Register(() => answer.TrySetCanceled(cancellation));
        void Reply(KvOutcome outcome, long delay) => cluster.World.After(delay, () =>
        {
            if (!process.IsDead)
                answer.TrySetResult(outcome);
        });
        cluster.World.After(cluster.Latency(), () =>
        {
            if (process.IsDead)
                return;
            if (!cluster.Reaches(machine))
            {
                Reply(whenAway ?? new KvOutcome.Unreachable("the store is away"), cluster.Latency());
                return;
            }

            KvOutcome outcome = does();
            if (cluster.IsTurmoil && cluster.Chance.Chance(0.01))
            {
                cluster.Tally.Count("an answer is lost");
                Reply(new KvOutcome.Unknown("no answer in time"), Limit);
            }
            else
            {
                Reply(outcome, cluster.Latency());
            }
        });
        return answer.Task;
    }
}
