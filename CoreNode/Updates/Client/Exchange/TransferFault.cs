namespace CoreNode.Updates.Client.Exchange;

/// <summary>Why a transfer failed.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Code">update_engine's error code.</param>
/// <param name="Message">What happened and what to do, one line.</param>
public sealed record TransferFault(TransferFaultKind Kind, uint Code, string Message)
{
    /// <summary>The server said to come back after that time.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What the server answered; 0 where it did not.</summary>
    public int Status { get; init; }

    /// <summary>There was no connection at all: the network may not be up yet.</summary>
    public bool IsNoNetwork => Kind is TransferFaultKind.Resolve or TransferFaultKind.Connect;
}
