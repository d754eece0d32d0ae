using CoreNode.Units.Manager;

namespace CoreNode.Tests.Units.Manager;

/// <summary>A machine on which a unit manager under test runs units; one for all tests of a fixture.</summary>
internal abstract class ManagedMachine : IAsyncDisposable
{
    /// <summary>A folder that units of every user may write to, as they see it.</summary>
    public abstract string Scratch { get; }

    /// <summary>The journal of its units.</summary>
    public abstract IJournal Journal { get; }

    /// <summary>Starts the machine; skips the test where that cannot be.</summary>
    public abstract Task BootAsync();

    /// <summary>
    /// A manager over the machine as it stands, not started: what a new process of the node would make.
    /// </summary>
    public abstract IUnitManager CreateManager();

    /// <summary>A path of the machine as this process sees it; also below /proc.</summary>
    public abstract string Outside(string path);

    public abstract ValueTask DisposeAsync();
}
