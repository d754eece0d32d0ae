using CoreNode.Api.FleetLock;

namespace CoreNode.Tests.Api.FleetLock;

/// <summary>Machines that are drained as a test says.</summary>
internal sealed class ScriptedDrains : IMachineDrains
{
    public List<string> Machines { get; } = [];

    /// <summary>What was asked, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>What is left on a machine that is drained; null for nothing.</summary>
    public string? Left { get; set; }

    /// <summary>What keeps every machine from going; null for nothing.</summary>
    public string? Obstacle { get; set; }

    /// <summary>The registry cannot be asked.</summary>
    public bool IsAway { get; set; }

    public Task<IReadOnlyList<string>> ListMachinesAsync(CancellationToken cancellation) =>
        IsAway ? throw new IOException("no machines are known") : Task.FromResult<IReadOnlyList<string>>(Machines);

    public Task<string?> ObstacleAsync(string machineId, CancellationToken cancellation) => Task.FromResult(Obstacle);

    public Task<string?> DrainAsync(string machineId, CancellationToken cancellation)
    {
        Asked.Add($"drain {machineId}");
        return Task.FromResult(Left);
    }

    public Task UncordonAsync(string machineId, CancellationToken cancellation)
    {
        Asked.Add($"uncordon {machineId}");
        return Task.CompletedTask;
    }
}
