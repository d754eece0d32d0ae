using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>The store as an agent uses it: what it removes is looked at, and may be held up.</summary>
internal sealed class UnitsAgentStore(UnitsCluster cluster, UnitsNode node, UnitsClient client) : IKvClient
{
    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        client.GetAsync(key, options, cancellation);

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation)
    {
        string states = RegistryKeys.Default.States + "/";
        if (cluster.Plan.Bug == UnitsBug.PraisesEarly && key.StartsWith(states, StringComparison.Ordinal))
        {
            string[] names = key[states.Length..].Split('/');
            if (RegistryValues.ReadState(names[0], names[1], value) is { } state)
                value = RegistryValues.WriteState(state with
                {
                    States = state.States with { Active = "active" },
                    IsHealthy = true,
                    IsAnnounced = true,
                });
        }

        return client.SetAsync(key, value, options, cancellation);
    }

    public async Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation)
    {
        bool isTold = UnitsChecker.IsTold(key);
        bool isOwn = key == RegistryKeys.Default.MachineObject(node.Id);
        if ((isTold && cluster.Plan.Bug == UnitsBug.RemovesOthers)
            || (isOwn && cluster.Plan.Bug == UnitsBug.RemovesLate))
            options = KvDeleteOptions.None;
        Task<KvOutcome> answer = client.DeleteAsync(key, options, cancellation);
        // It is on its way to a member, which does nothing of it before it goes on.
        if (isOwn)
            node.Pass(TrapPoint.Removal);
        KvOutcome outcome = await answer;
        if (isTold && outcome is KvOutcome.Done { Change.Previous: { } previous })
            cluster.Checker.Removed(node, key, previous.Value ?? "");
        return outcome;
    }

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        client.CreateInOrderAsync(directory, value, timeToLive, cancellation);

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        client.WatchAsync(key, isRecursive, since, cancellation);
}
