namespace CoreNode.Tests.Simulation;

/// <summary>What went wrong first in a run, wherever that was: the run ends with it.</summary>
internal sealed class FirstFault
{
    private Exception? _fault;

    /// <summary>Something is wrong.</summary>
    public void Fail(string what) => _fault ??= new AssertionException(what);

    /// <summary>Sees to it that what goes wrong in a task is not lost.</summary>
    public void Track(Task task) => _ = WaitAsync(task);

    /// <summary>Ends the run if something was wrong.</summary>
    public void Look()
    {
        if (_fault is not null)
            throw _fault;
    }

    private async Task WaitAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception fault)
        {
            _fault ??= fault;
        }
    }
}
