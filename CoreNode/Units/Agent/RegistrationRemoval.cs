using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// Takes the registration of a machine that leaves out of the store. The removal is bound to the index of what was
/// found: it may be held up on its way, until a later process of the same machine has registered with the same words.
/// </summary>
internal static class RegistrationRemoval
{
    /// <summary>Removes it, unless another machine under this id has written it.</summary>
    public static async Task RunAsync(IKvClient store, AgentOptions options, CancellationToken cancellation)
    {
        string key = options.Keys.MachineObject(options.Machine.Id);
        KvOutcome answer = await store.GetAsync(key, KvGetOptions.Linearizable, cancellation);
        if (answer is KvOutcome.Done { Change.Node: var node }
            && node.Value == RegistryValues.WriteMachine(options.Machine))
        {
            KvDeleteOptions found = new() { PreviousIndex = node.ModifiedIndex };
            await store.DeleteAsync(key, found, cancellation);
        }
    }
}
