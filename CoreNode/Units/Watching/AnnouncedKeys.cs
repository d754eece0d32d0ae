using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Watching;

/// <summary>Which keys are noted as announced by units (docs/decisions/0025). Any thread.</summary>
/// <param name="client">The store.</param>
/// <param name="keys">Where the registry stands in it.</param>
public sealed class AnnouncedKeys(IKvClient client, RegistryKeys keys)
{
    /// <summary>True if an agent noted that key, by what a quorum knows now.</summary>
    public async Task<bool> ContainsAsync(string key, CancellationToken cancellation)
    {
        KvGetOptions options = new() { IsRecursive = true, IsQuorum = true };
        KvOutcome outcome = await client.GetAsync(keys.AllAnnounced, options, cancellation);
        if (outcome is not KvOutcome.Done { Change: var change })
            return false;
        return RegistryState.Of(keys, change.Node, change.Index).IsAnnounced(key);
    }
}
