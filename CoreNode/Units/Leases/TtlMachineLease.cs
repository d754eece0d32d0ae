using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Leases;

/// <summary>
/// A machine's lease where the store is an existing etcd (docs/decisions/0026, point 6): its object's key, with a
/// lifetime, written by compare-and-swap only, so that of two machines with one id the second is refused. Renewing only
/// refreshes the lifetime, which tells no watcher. Calls take turns, each for a part of the lease at most.
/// </summary>
/// <param name="client">The store.</param>
/// <param name="keys">Where the registry stands in it.</param>
/// <param name="time">Ends the turns; at a machine that may sleep the boot clock.</param>
public sealed class TtlMachineLease(IKvClient client, RegistryKeys keys, TimeProvider time) : IMachineLease
{
    // Of a lease: for one renewal, so that several fit into it.
    private const int TurnPart = 4;

    // A write whose answer was lost shows as another's; it is looked at once and tried again.
    private const int Attempts = 3;

    // Whoever has put something in has the turn, until it takes it out.
    private readonly Channel<object> _turn = Channel.CreateBounded<object>(1);
    private StoreIndex _index;
    private string _written = "";

    /// <inheritdoc/>
    public bool IsRegistration => true;

    /// <inheritdoc/>
    public async Task<LeaseGrant> RenewAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        LeaseGrant? grant = null;
        try
        {
            await _turn.Writer.WriteAsync(this, cancellation);
            try
            {
                using CancellationTokenSource over = new(renewal.Duration / TurnPart, time);
                using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(
                    cancellation, over.Token);
                for (int i = 0; i < Attempts && grant is null; i++)
                    grant = await TryRenewAsync(renewal, limit.Token);
            }
            finally
            {
                _turn.Reader.TryRead(out _);
            }
        }
        catch (OperationCanceledException)
        {
            return Unreachable("the store did not answer in time");
        }

        return grant ?? Unreachable("the machine's key changes all the time");
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        string key = keys.MachineObject(renewal.MachineId);
        for (int i = 0; i < Attempts; i++)
        {
            if (_index == StoreIndex.Zero && await FindAsync(renewal, cancellation) is not null)
                return;
            if (_index == StoreIndex.Zero)
                return;
            KvDeleteOptions only = new() { PreviousIndex = _index };
            KvOutcome outcome = await client.DeleteAsync(key, only, cancellation);
            _index = StoreIndex.Zero;
            if (outcome is not KvOutcome.Refused { Error: var error } || !error.Is(ErrorCode.CompareFailed))
                return;
        }
    }

    // Null: the key was another one than was thought; to be tried again.
    private async Task<LeaseGrant?> TryRenewAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        KvOutcome outcome = await WriteAsync(renewal, cancellation);
        switch (outcome)
        {
            case KvOutcome.Done done:
                _index = done.Change.Node.ModifiedIndex;
                _written = renewal.Registration;
                return new LeaseGrant(LeaseGrantKind.Granted, "") { Duration = renewal.Duration };
            case KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound):
                _index = StoreIndex.Zero;
                return null;
            case KvOutcome.Refused { Error: var error }
                when error.Is(ErrorCode.CompareFailed) || error.Is(ErrorCode.KeyExists):
                return await FindAsync(renewal, cancellation);
            case KvOutcome.Refused { Error: var error }:
                return Unreachable(error.ToString());
            case KvOutcome.Unreachable unreachable:
                return Unreachable(unreachable.Reason);
            case KvOutcome.Unknown unknown:
                return Unreachable(unknown.Reason);
            default:
                throw new InvariantException("unknown kind of outcome");
        }
    }

    private Task<KvOutcome> WriteAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        bool isKnown = _index != StoreIndex.Zero;
        bool isRefresh = isKnown && _written == renewal.Registration;
        KvSetOptions options = new()
        {
            MustExist = isKnown ? null : false,
            PreviousIndex = _index,
            IsRefresh = isRefresh,
            TimeToLive = TimeSpan.FromSeconds(Math.Ceiling(renewal.Duration.TotalSeconds)),
        };
        string value = isRefresh ? "" : renewal.Registration;
        return client.SetAsync(keys.MachineObject(renewal.MachineId), value, options, cancellation);
    }

    // Null: it is this machine's own key, or gone.
    private async Task<LeaseGrant?> FindAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        KvOutcome outcome = await client.GetAsync(
            keys.MachineObject(renewal.MachineId), KvGetOptions.Linearizable, cancellation);
        _index = StoreIndex.Zero;
        _written = "";
        if (outcome is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound))
            return null;
        if (outcome is not KvOutcome.Done { Change.Node: var node })
            return Unreachable($"the machine's key cannot be read: {outcome}");
        string own = InstanceIn(renewal.MachineId, renewal.Registration);
        string found = InstanceIn(renewal.MachineId, node.Value ?? "");
        if (found != own)
        {
            return new LeaseGrant(
                LeaseGrantKind.Duplicate,
                $"another machine is registered as {renewal.MachineId}: give one of the two another id (--machine-id, "
                + "or /etc/machine-id)");
        }

        _index = node.ModifiedIndex;
        return null;
    }

    private static string InstanceIn(string machine, string value) =>
        RegistryValues.ReadMachine(machine, value)?.Instance ?? "";

    private static LeaseGrant Unreachable(string reason) => new(LeaseGrantKind.Unreachable, reason);
}
