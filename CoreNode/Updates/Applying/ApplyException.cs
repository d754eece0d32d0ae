namespace CoreNode.Updates.Applying;

/// <summary>A payload cannot be applied; the fault says why.</summary>
public sealed class ApplyException : IOException
{
    /// <summary>With what caused it, if anything did.</summary>
    public ApplyException(ApplyFault fault, Exception? cause = null)
        : base(fault.Text, cause) => Fault = fault;

    /// <summary>With a code and a text.</summary>
    public ApplyException(int code, string text, Exception? cause = null)
        : this(new ApplyFault(code, text), cause)
    {
    }

    /// <summary>What to report.</summary>
    public ApplyFault Fault { get; }
}
