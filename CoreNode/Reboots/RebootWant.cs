namespace CoreNode.Reboots;

/// <summary>A wish for a restart.</summary>
/// <param name="Kind">Whose.</param>
/// <param name="Text">Why: one line for people, which tells one wish from the next.</param>
public sealed record RebootWant(RebootWantKind Kind, string Text)
{
    /// <summary>Nobody wants one.</summary>
    public static readonly RebootWant None = new(RebootWantKind.Nobody, "");

    /// <summary>True if somebody wants one.</summary>
    public bool IsThere => Kind != RebootWantKind.Nobody;

    /// <summary>True if a person does.</summary>
    public bool IsPerson => Kind == RebootWantKind.Person;
}
