using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging;

namespace CoreNode.Units.Drains;

/// <summary>
/// Takes machines out of use and waits until they are empty (docs/decisions/0055): for whoever restarts them. Which
/// unit leaves when is the engine's business; here the key of the machine is written and the registry watched. A store
/// that does not answer is asked again until the caller gives up. A cordon says whose it is: only one's own is changed
/// or taken back, and what stood there before comes back. Any thread.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="keys">Where the registry stands in it.</param>
/// <param name="time">Limits and pauses.</param>
/// <param name="logger">Told of what is damaged in the registry.</param>
public sealed class MachineDrain(
    IKvClient store, RegistryKeys keys, TimeProvider time, ILogger<RegistryFollower> logger)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(250);

    // What the engine had decided before it saw the cordon is written by then.
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Nothing new is placed on a machine; what is there stays. A cordon of others stays as it is.
    /// </summary>
    /// <exception cref="IOException">The store refuses it.</exception>
    public Task CordonAsync(string machineId, string reason, string by, CancellationToken cancellation) =>
        WriteAsync(machineId, new MachineCordon(IsDraining: false, reason, by), cancellation);

    /// <summary>
    /// Has a machine's units moved elsewhere and waits until none is left, none of those that are left is waited for,
    /// or the limit is over. The machine stays drained, also when the caller gives up.
    /// </summary>
    /// <param name="machineId">The machine.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="by">Who: only the same can take it back.</param>
    /// <param name="limit">Longest wait.</param>
    /// <param name="told">Told at the beginning and at each change what is left and why.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="IOException">The store refuses it.</exception>
    public async Task<DrainEnd> DrainAsync(
        string machineId, string reason, string by, TimeSpan limit, Action<DrainProgress> told,
        CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(limit, time);
        using CancellationTokenSource end =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        DrainWatch watch = new(machineId, told);
        Task following = Task.CompletedTask;
        try
        {
            StoreIndex written = await WriteAsync(
                machineId, new MachineCordon(IsDraining: true, reason, by), end.Token);
            RegistryFollower follower = RegistryFollower.OfAll(store, keys, time, logger);
            following = follower.RunAsync(end.Token);
            return await WatchAsync(follower, watch, written, end.Token);
        }
        catch (OperationCanceledException)
            when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new DrainEnd(DrainEndKind.UnitsLeft, watch.Left);
        }
        finally
        {
            await EndAsync(end, following);
        }
    }

    /// <summary>
    /// Ids of the machines that the registry knows, those that are away with a cordon included; empty where the cluster
    /// runs no units.
    /// </summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation) =>
        [.. (await ReadAllAsync(cancellation)).Machines.Keys];

    /// <summary>Singletons of a machine that no other one can take now, each with the reason.</summary>
    public async Task<IReadOnlyList<StayingUnit>> OnlyHereAsync(string machineId, CancellationToken cancellation) =>
        OnlyPlaces.Of(await ReadAllAsync(cancellation), machineId);

    /// <summary>Takes a machine back into use, if the same took it out of use; an empty name: whoever did.</summary>
    /// <exception cref="IOException">The store refuses it.</exception>
    public async Task UncordonAsync(string machineId, string by, CancellationToken cancellation)
    {
        string key = keys.MachineCordon(machineId);
        while (true)
        {
            KvNode? node = await ReadAsync(machineId, cancellation);
            MachineCordon? present = node is null ? null : RegistryValues.ReadCordon(node.Value ?? "");
            if (node is null || (by.Length > 0 && present?.By != by))
                return;
            KvOutcome outcome = by.Length > 0 && present?.Before is { } before
                ? await store.SetAsync(
                    key, RegistryValues.WriteCordon(before),
                    new KvSetOptions { PreviousIndex = node.ModifiedIndex }, cancellation)
                : await store.DeleteAsync(
                    key, new KvDeleteOptions { PreviousIndex = node.ModifiedIndex }, cancellation);
            if (outcome is KvOutcome.Done)
                return;
            await PauseAsync(outcome, machineId, cancellation);
        }
    }

    /// <summary>All that the registry says now: one listing, of which nothing is followed.</summary>
    public async Task<RegistryState> ReadAllAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        RegistryFollower follower = RegistryFollower.OfAll(store, keys, time, logger);
        Task following = follower.RunAsync(end.Token);
        try
        {
            return await follower.WaitForListingAsync(cancellation);
        }
        finally
        {
            await EndAsync(end, following);
        }
    }

    private static async Task EndAsync(CancellationTokenSource end, Task following)
    {
        End(end);
        await following.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    // In the caller's own order, and not on another thread: the simulator repeats it exactly.
    private static void End(CancellationTokenSource end) => end.Cancel();

    private async Task<DrainEnd> WatchAsync(
        RegistryFollower follower, DrainWatch watch, StoreIndex written, CancellationToken cancellation)
    {
        // What is older than the cordon says nothing of what the engine makes of it.
        RegistryState registry = await follower.WaitForIndexAsync(written, cancellation);
        bool isSettled = false;
        while (true)
        {
            if (watch.Look(registry) is { } end)
            {
                if (end.Kind != DrainEndKind.Empty || isSettled || watch.HasSeenUnits)
                    return end;
                await Task.Delay(s_settle, time, cancellation);
                isSettled = true;
                registry = follower.Current;
                continue;
            }

            registry = await follower.WaitForChangeAsync(registry.Index, cancellation);
        }
    }

    // The index from which on the registry shows it.
    private async Task<StoreIndex> WriteAsync(string machineId, MachineCordon wanted, CancellationToken cancellation)
    {
        string key = keys.MachineCordon(machineId);
        while (true)
        {
            KvNode? node = await ReadAsync(machineId, cancellation);
            MachineCordon? present = node is null ? null : RegistryValues.ReadCordon(node.Value ?? "");
            bool isOwn = present is not null && present.By == wanted.By;
            // Who asks for less than there is gets that.
            if (present is not null && (present.IsDraining || !wanted.IsDraining)
                && (!isOwn || present.Reason == wanted.Reason))
                return node!.ModifiedIndex;
            MachineCordon value = wanted with
            {
                IsDraining = wanted.IsDraining || present is { IsDraining: true },
                Before = isOwn ? present!.Before : present,
            };
            KvOutcome outcome = await store.SetAsync(
                key, RegistryValues.WriteCordon(value),
                node is null ? KvSetOptions.Create : new KvSetOptions { PreviousIndex = node.ModifiedIndex },
                cancellation);
            if (outcome is KvOutcome.Done done)
                return done.Change.Node.ModifiedIndex;
            await PauseAsync(outcome, machineId, cancellation);
        }
    }

    private async Task<KvNode?> ReadAsync(string machineId, CancellationToken cancellation)
    {
        while (true)
        {
            KvOutcome outcome = await store.GetAsync(
                keys.MachineCordon(machineId), KvGetOptions.Linearizable, cancellation);
            if (outcome is KvOutcome.Done done)
                return done.Change.Node;
            if (outcome is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound))
                return null;
            await PauseAsync(outcome, machineId, cancellation);
        }
    }

    // Somebody was faster, or the store is away.
    private Task PauseAsync(KvOutcome outcome, string machineId, CancellationToken cancellation)
    {
        if (outcome is KvOutcome.Refused { Error: var error })
        {
            if (error.Is(ErrorCode.CompareFailed) || error.Is(ErrorCode.KeyExists) || error.Is(ErrorCode.KeyNotFound))
                return Task.CompletedTask;
            if (!error.Is(ErrorCode.RaftInternal) && !error.Is(ErrorCode.LeaderElection))
                throw new IOException($"the store refuses to change the cordon of machine {machineId}: {error}");
        }

        return Task.Delay(s_retry, time, cancellation);
    }
}
