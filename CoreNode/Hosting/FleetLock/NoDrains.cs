using CoreNode.Api.FleetLock;

namespace CoreNode.Hosting.FleetLock;

/// <summary>No machine here runs units that a reboot would interrupt.</summary>
internal sealed class NoDrains : IMachineDrains
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListMachinesAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <inheritdoc/>
    public Task<string?> DrainAsync(string machineId, CancellationToken cancellation) =>
        Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public Task UncordonAsync(string machineId, CancellationToken cancellation) => Task.CompletedTask;
}
