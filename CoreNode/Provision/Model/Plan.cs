namespace CoreNode.Provision.Model;

/// <summary>
/// What is to be done, in the order it is done; and what the author should know. No changes: all is as wanted.
/// </summary>
public sealed record Plan(IReadOnlyList<Change> Changes, IReadOnlyList<Finding> Findings)
{
    /// <summary>Files of accounts are among what changes, so their lock is needed.</summary>
    public bool ChangesAccounts { get; init; }
}
