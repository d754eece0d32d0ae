using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>Why a payload was not applied.</summary>
/// <param name="Code">One of <see cref="ApplyCodes"/> or <see cref="PayloadErrorCode"/>.</param>
/// <param name="Text">What happened, to what, what to do: one line.</param>
public sealed record ApplyFault(int Code, string Text)
{
    /// <summary>There was no connection at all.</summary>
    public bool IsNoNetwork { get; init; }

    /// <summary>What the server answered; 0 where it did not.</summary>
    public int HttpStatus { get; init; }

    /// <summary>What is wrong with a payload.</summary>
    public static ApplyFault Of(PayloadFault fault) => new((int)fault.Code, fault.Text);
}
