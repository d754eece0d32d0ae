namespace CoreNode.Tests.Simulation;

/// <summary>
/// What of a process goes on in tasks: in the simulation's order, on its one thread, and only as the process may.
/// </summary>
/// <param name="world">The order.</param>
/// <param name="gate">Lets the process do something: now, when it goes on, or never if it is gone.</param>
internal sealed class SimulatedThread(SimulatedWorld world, Action<Action> gate) : SynchronizationContext
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile bool _isAstray;

    /// <summary>Something went on on another thread: the run would not be the same twice.</summary>
    public bool IsAstray => _isAstray;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            _isAstray = true;
        else
            world.After(0, () => Run(() => d(state)));
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>The process does something; what it waits for comes back to it.</summary>
    public void Run(Action what) => gate(() =>
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            what();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    });
}
