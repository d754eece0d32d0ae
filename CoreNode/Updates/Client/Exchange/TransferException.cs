namespace CoreNode.Updates.Client.Exchange;

/// <summary>A transfer failed; the fault says how.</summary>
public sealed class TransferException : IOException
{
    /// <summary>With what caused it, if anything did.</summary>
    public TransferException(TransferFault fault, Exception? cause = null)
        : base(fault.Message, cause) => Fault = fault;

    /// <summary>What to report and how to go on.</summary>
    public TransferFault Fault { get; }
}
