using CoreNode.Updates.Server.Orders;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>Something that the ledger does: first in memory, then, with its whole batch, durably.</summary>
internal abstract class LedgerCall
{
    /// <summary>It was answered already: it was refused.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>On the ledger's thread: does it, or throws, which takes back what it did.</summary>
    /// <param name="desk">What it works with.</param>
    /// <param name="isReadOnly">The disk takes nothing: what would have to be written is to be refused.</param>
    public abstract void Run(OrderDesk desk, bool isReadOnly);

    /// <summary>All of it is durable.</summary>
    public void Complete()
    {
        if (!IsAnswered)
            Answer();
        IsAnswered = true;
    }

    /// <summary>Nothing of it was kept.</summary>
    public void Fail(Exception why)
    {
        if (!IsAnswered)
            Refuse(why);
        IsAnswered = true;
    }

    /// <summary>Gives the answer.</summary>
    protected abstract void Answer();

    /// <summary>Says why there is none.</summary>
    protected abstract void Refuse(Exception why);
}
