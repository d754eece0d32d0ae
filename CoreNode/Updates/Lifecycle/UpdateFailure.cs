namespace CoreNode.Updates.Lifecycle;

/// <summary>How a step failed.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Detail">What happened, to what: one line for people; may be empty.</param>
public sealed record UpdateFailure(UpdateError Code, string Detail = "")
{
    /// <summary>True if there was no network at all: other limits hold then.</summary>
    public bool IsNoNetwork { get; init; }

    /// <summary>The HTTP status that came instead; 0 if none.</summary>
    public int HttpStatus { get; init; }

    /// <summary>What happened, or what the code means.</summary>
    public string Text => Detail.Length > 0 ? Detail : UpdateErrors.Of(Code).Text;
}
