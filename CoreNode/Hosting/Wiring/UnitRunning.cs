using CoreNode.Units.Manager;

namespace CoreNode.Hosting.Wiring;

/// <summary>What runs the units of this machine. Owned by the units module, which disposes it.</summary>
/// <param name="Manager">Runs them.</param>
/// <param name="Journal">What they wrote.</param>
/// <param name="Guard">Kills singletons whose lease is over.</param>
internal sealed record UnitRunning(IUnitManager Manager, IJournal Journal, IUnitGuard Guard) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        await Guard.DisposeAsync();
    }
}
