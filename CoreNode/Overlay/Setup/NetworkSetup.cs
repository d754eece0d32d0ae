using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Store;

namespace CoreNode.Overlay.Setup;

/// <summary>
/// The configurations and leases in the store, as people look at them and change them. What holds: a configuration is
/// stored only if it is right and nobody changed it since it was read. Any thread.
/// </summary>
public sealed class NetworkSetup(IKvClient store, string prefix = OverlayKeys.DefaultPrefix)
{
    /// <summary>A network with its leases; without configuration and leases where there are none.</summary>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    public async Task<StoredNetwork> ReadAsync(string network, CancellationToken cancellation)
    {
        OverlayKeys keys = new(prefix, network);
        KvNode? config = await GetAsync(keys.Config, cancellation);
        KvNode? subnets = await GetAsync(keys.Subnets, cancellation);
        List<LeaseEntry> leases = [];
        foreach (KvNode node in subnets?.Nodes ?? [])
        {
            if (node.Value is { } text && keys.NameOf(node.Key) is { } name)
            {
                leases.Add(LeaseEntry.Of(new StoredLease(
                    name, text, node.CreatedIndex, node.ModifiedIndex, Moment(node.Expiration))));
            }
        }

        return new StoredNetwork(network, config?.Value, config?.ModifiedIndex ?? StoreIndex.Zero, leases);
    }

    /// <summary>The names of all networks that have a configuration; "" is the one without a name.</summary>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        List<string> names = [];
        foreach (KvNode node in (await GetAsync(prefix, cancellation))?.Nodes ?? [])
        {
            string name = node.Key[(node.Key.LastIndexOf('/') + 1)..];
            if (!node.IsDirectory)
            {
                if (name == "config")
                    names.Add("");
            }
            else if (OverlayKeys.ProblemOf(name).Length == 0
                && await GetAsync(new OverlayKeys(prefix, name).Config, cancellation) is not null)
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>What a configuration would do.</summary>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    public async Task<SetupPlan> PlanAsync(StoredNetwork before, string text, CancellationToken cancellation)
    {
        List<StoredNetwork> others = [];
        foreach (string name in await ListAsync(cancellation))
        {
            if (name != before.Name)
                others.Add(await ReadAsync(name, cancellation));
        }

        return SetupPlan.Of(before, text, others);
    }

    /// <summary>Stores what was planned; false if somebody else changed it since.</summary>
    /// <exception cref="IOException">The store cannot be asked, or refuses.</exception>
    public async Task<bool> StoreAsync(SetupPlan plan, CancellationToken cancellation)
    {
        Invariant.That(plan.Problems.Count == 0, "a wrong configuration is never stored");
        string key = new OverlayKeys(prefix, plan.Before.Name).Config;
        KvOutcome outcome = await store.SetAsync(
            key, plan.Text,
            plan.Before.Text is null ? KvSetOptions.Create : new KvSetOptions { PreviousIndex = plan.Before.Modified },
            cancellation);
        return outcome switch
        {
            KvOutcome.Done => true,
            KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.CompareFailed)
                || error.Is(ErrorCode.KeyExists) || error.Is(ErrorCode.KeyNotFound) => false,
            _ => throw new IOException($"{key} cannot be written now: {outcome}"),
        };
    }

    private async Task<KvNode?> GetAsync(string key, CancellationToken cancellation)
    {
        KvOutcome outcome = await store.GetAsync(key, KvGetOptions.Linearizable, cancellation);
        return outcome switch
        {
            KvOutcome.Done done => done.Change.Node,
            KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound) => null,
            _ => throw new IOException($"{key} cannot be read now: {outcome}"),
        };
    }

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) ? at : null;
}
