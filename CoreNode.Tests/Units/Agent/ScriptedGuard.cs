using CoreNode.Units.Manager;

namespace CoreNode.Tests.Units.Agent;

/// <summary>A guard that only remembers what it was told.</summary>
internal sealed class ScriptedGuard : IUnitGuard
{
    private volatile IReadOnlySet<string> _units = new HashSet<string>();

    public IReadOnlySet<string> Units => _units;

    public bool IsBroken { get; set; }

    public Task ArmAsync(IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation)
    {
        if (IsBroken)
            throw new UnitManagerException("no guard");
        _units = units;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
