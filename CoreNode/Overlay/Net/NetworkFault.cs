namespace CoreNode.Overlay.Net;

/// <summary>A change that failed, or one that is done and worth a line.</summary>
/// <param name="Change">Which one.</param>
/// <param name="ErrorNumber">The kernel's errno; 0: it is done, this is a note; -1: the kernel was not asked.</param>
/// <param name="Message">What happened, to what, and what to do: one line without a full stop.</param>
public sealed record NetworkFault(NetworkChange Change, int ErrorNumber, string Message)
{
    /// <summary>True if the change is done all the same: a note.</summary>
    public bool IsDone => ErrorNumber == 0;
}
