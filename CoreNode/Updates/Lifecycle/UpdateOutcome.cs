namespace CoreNode.Updates.Lifecycle;

/// <summary>How the last check or attempt ended, for status: a failure is never shown as "no update".</summary>
public sealed record UpdateOutcome
{
    /// <summary>Nothing has ended yet.</summary>
    public static readonly UpdateOutcome None = new();

    /// <summary>When; null: nothing has ended yet.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Its code; <see cref="UpdateError.Success"/> also when there was nothing to do.</summary>
    public UpdateError Code { get; init; }

    /// <summary>In words, without a full stop.</summary>
    public string Text { get; init; } = "nothing has been checked yet";

    /// <summary>True if it is a failure.</summary>
    public bool IsFailure =>
        UpdateErrors.Of(Code).Class is not (RetryClass.None or RetryClass.Policy);
}
