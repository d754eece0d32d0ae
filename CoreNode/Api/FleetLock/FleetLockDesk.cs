using CoreNode.RebootLock;

namespace CoreNode.Api.FleetLock;

/// <summary>What the two requests of FleetLock mean for the lock and for the machine that asks. Any thread.</summary>
internal sealed class FleetLockDesk(Semaphores locks, IMachineDrains drains, TimeProvider time)
{
    // Clients wait for half an hour (Zincati).
    private static readonly TimeSpan s_drainTime = TimeSpan.FromMinutes(25);

    /// <summary>
    /// Takes the lock, then moves away what runs on the machine, if it is one of this cluster. One that cannot go as
    /// things are does not take it: it would keep it from the others for as long as that lasts.
    /// </summary>
    public async Task<FleetLockEnd> BeforeRebootAsync(
        FleetLockClient client, string from, CancellationToken cancellation)
    {
        if (await ObstacleAsync(client, cancellation) is { } obstacle)
            return obstacle;
        HolderNote note = new(time.GetUtcNow(), $"FleetLock, asked from {from}", null);
        LockAnswer answer = await locks.AcquireAsync(client.LockGroup, client.Id, note, cancellation);
        if (answer.Kind != LockAnswerKind.Granted)
            return Failed(answer.Kind, answer.Reason);
        using CancellationTokenSource late = new(s_drainTime, time);
        using CancellationTokenSource end =
            CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            if (await FindMachineAsync(client.Id, end.Token) is not { } machine)
                return FleetLockEnd.Done;
            return await drains.DrainAsync(machine, end.Token) is { } left
                ? new FleetLockEnd(FleetLockKind.FailedDrain, left)
                : FleetLockEnd.Done;
        }
        catch (IOException fault)
        {
            return new FleetLockEnd(FleetLockKind.FailedDrain, fault.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new FleetLockEnd(
                FleetLockKind.FailedDrain, "units are still on the machine; ask again, the drain goes on");
        }
    }

    /// <summary>Takes the machine back into use and gives the lock back, if it holds it.</summary>
    public async Task<FleetLockEnd> SteadyAsync(FleetLockClient client, CancellationToken cancellation)
    {
        try
        {
            LockStatus status = await locks.ReadAsync(client.LockGroup, cancellation);
            if (!Holds(status, client.Id))
                return FleetLockEnd.Done;
            if (await FindMachineAsync(client.Id, cancellation) is { } machine)
                await drains.UncordonAsync(machine, cancellation);
        }
        catch (RebootLockException fault)
        {
            return Failed(fault.Kind, fault.Message);
        }
        catch (IOException fault)
        {
            return new FleetLockEnd(FleetLockKind.FailedUncordon, fault.Message);
        }

        LockAnswer answer = await locks.ReleaseAsync(client.LockGroup, client.Id, cancellation);
        return answer.Kind is LockAnswerKind.Released or LockAnswerKind.Absent
            ? FleetLockEnd.Done
            : Failed(answer.Kind, answer.Reason);
    }

    // Asked only where the lock could be taken now: that the machines are asked costs more than the lock does.
    private async Task<FleetLockEnd?> ObstacleAsync(FleetLockClient client, CancellationToken cancellation)
    {
        try
        {
            LockStatus status = await locks.ReadAsync(client.LockGroup, cancellation);
            if (Holds(status, client.Id) || (status.Free <= 0 && !HasLimit(status)))
                return null;
            return await FindMachineAsync(client.Id, cancellation) is { } machine
                && await drains.ObstacleAsync(machine, cancellation) is { } obstacle
                    ? new FleetLockEnd(FleetLockKind.FailedDrain, $"the lock was not taken: {obstacle}")
                    : null;
        }
        catch (RebootLockException fault)
        {
            return Failed(fault.Kind, fault.Message);
        }
        catch (IOException fault)
        {
            return new FleetLockEnd(FleetLockKind.FailedDrain, $"the lock was not taken: {fault.Message}");
        }
    }

    private static bool HasLimit(LockStatus status)
    {
        foreach (LockHolder holder in status.Holders)
        {
            if (holder.ReleaseAt is not null)
                return true;
        }

        return false;
    }

    private static bool Holds(LockStatus status, string id)
    {
        foreach (LockHolder holder in status.Holders)
        {
            if (holder.Id == id)
                return true;
        }

        return false;
    }

    private static FleetLockEnd Failed(LockAnswerKind kind, string reason) => new(
        kind switch
        {
            LockAnswerKind.Full => FleetLockKind.SemaphoreFull,
            LockAnswerKind.Damaged => FleetLockKind.DamagedLock,
            LockAnswerKind.Refused => FleetLockKind.InvalidClientIdentity,
            _ => FleetLockKind.FailedLock,
        },
        reason);

    private async Task<string?> FindMachineAsync(string id, CancellationToken cancellation)
    {
        foreach (string machine in await drains.ListMachinesAsync(cancellation))
        {
            if (ZincatiIds.Names(id, machine))
                return machine;
        }

        return null;
    }
}
