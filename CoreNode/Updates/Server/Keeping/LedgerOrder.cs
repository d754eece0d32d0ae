using CoreNode.Updates.Server.Orders;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>An order or a question of an administrator.</summary>
/// <typeparam name="T">Its answer.</typeparam>
/// <param name="isQuestion">It changes nothing, and so goes on where the disk is full.</param>
/// <param name="order">What is to be done.</param>
internal sealed class LedgerOrder<T>(bool isQuestion, Func<OrderDesk, T> order) : LedgerCall
    where T : class
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _answer;

    /// <summary>Ends with the answer once it is durable.</summary>
    public Task<T> Task => _done.Task;

    /// <inheritdoc/>
    public override void Run(OrderDesk desk, bool isReadOnly)
    {
        if (isReadOnly && !isQuestion)
            throw LedgerRefusals.DiskFull(null);
        _answer = order(desk);
    }

    /// <inheritdoc/>
    protected override void Answer() => _done.SetResult(_answer!);

    /// <inheritdoc/>
    protected override void Refuse(Exception why) => _done.SetException(why);
}
