using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Client.Exchange;

/// <summary>What came of asking an update server.</summary>
public abstract record ExchangeOutcome
{
    private ExchangeOutcome()
    {
    }

    /// <summary>An answer of Omaha; what it means for this machine may still be a refusal.</summary>
    /// <param name="Response">The whole answer, with its oddities for the log.</param>
    /// <param name="Reply">What it means.</param>
    public sealed record Answered(OmahaResponse Response, UpdateReply Reply) : ExchangeOutcome;

    /// <summary>No answer, or none of Omaha.</summary>
    /// <param name="Fault">The code to report, and a line for people.</param>
    public sealed record Failed(OmahaFault Fault) : ExchangeOutcome
    {
        /// <summary>How the transfer failed; null if what came could not be read.</summary>
        public TransferFaultKind? Transfer { get; init; }

        /// <summary>The server said to come back after that time.</summary>
        public TimeSpan? RetryAfter { get; init; }

        /// <summary>The server has a fault or too much to do (500, 503): the next checks come more slowly.</summary>
        public bool IsServerBusy => Fault.Code is OmahaFault.HttpBase + 500 or OmahaFault.HttpBase + 503;
    }
}
