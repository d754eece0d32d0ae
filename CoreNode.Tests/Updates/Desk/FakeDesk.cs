using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Updates.Desk;

/// <summary>A desk whose status and answers the test decides. Any thread.</summary>
internal sealed class FakeDesk : IUpdateDesk
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private UpdateStatusView _status = new()
    {
        RunningVersion = "1.4.0",
        RunningSlot = "USR-A",
        Reason = "nothing has been checked yet",
        Server = "https://updates.example.com/v1/update/",
        Group = "stable",
    };

    private List<UpdateOrder> _orders = [];
    private int _waiting;
    private int _followers;

    public UpdateStatusView Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    public UpdateHistoryView History { get; set; } = UpdateHistoryView.Empty;

    /// <summary>What an order comes to: its refusal, or empty. It may change the status before.</summary>
    public Func<UpdateOrder, string> OnOrder { get; set; } = static _ => "";

    /// <summary>All orders so far.</summary>
    public IReadOnlyList<UpdateOrder> Orders
    {
        get
        {
            lock (_gate)
                return [.. _orders];
        }
    }

    /// <summary>How many have seen the present status and wait for the next one.</summary>
    public int Followers
    {
        get
        {
            lock (_gate)
                return _followers;
        }
    }

    /// <summary>How many wait for a change now, whatever they have seen.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Changes the status and tells those who wait.</summary>
    public void Change(Func<UpdateStatusView, UpdateStatusView> change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _status = change(_status) with { Number = _status.Number + 1 };
            changed = _changed;
            _changed = New();
            _followers = 0;
        }

        changed.SetResult();
    }

    /// <summary>Adds to the history.</summary>
    public void Remember(UpdateHistoryItem item) => History = new UpdateHistoryView([.. History.Entries, item]);

    public async Task<UpdateStatusView> WaitForChangeAsync(long known, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    if (_status.Number != known)
                        return _status;
                    changed = _changed.Task;
                    _followers++;
                }

                await changed.WaitAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
                _followers -= _status.Number == known ? 1 : 0;
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public Task<UpdateOrderResult> OrderAsync(UpdateOrder order, CancellationToken cancellation)
    {
        lock (_gate)
            _orders = [.. _orders, order];
        string refusal = OnOrder(order);
        return Task.FromResult(new UpdateOrderResult(Status, refusal));
    }

    /// <summary>Returns once something is so; fails the test if that takes too long.</summary>
    public static async Task UntilAsync(Func<bool> isSo, string what)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            Assert.That(deadline.IsCancellationRequested, Is.False, what);
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
