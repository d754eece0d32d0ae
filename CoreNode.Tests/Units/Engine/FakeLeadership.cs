using CoreNode.Store;

namespace CoreNode.Tests.Units.Engine;

/// <summary>Says who leads as a test wants it. Any thread.</summary>
internal sealed class FakeLeadership : ILeadership
{
    private readonly Lock _gate = new(); // _current, _changed
    private ILeaderTerm? _current;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ILeaderTerm? Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    public void Set(ILeaderTerm? term)
    {
        lock (_gate)
        {
            _current = term;
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public async Task<ILeaderTerm?> WaitForChangeAsync(ILeaderTerm? known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (!ReferenceEquals(_current, known))
                    return _current;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }
}
