namespace CoreNode.Provision.Model;

/// <summary>
/// systemd is told to do something with a unit; null verb: to read its units anew. Only of the running machine, and
/// only once all files are there.
/// </summary>
public sealed record UnitWork(string Unit, UnitVerb? Verb, string From) : Change(Unit, From)
{
    /// <summary>
    /// What is noted once it is done and handed in as <see cref="MachineFacts.Done"/> until the next boot, a line
    /// without spaces; empty: nothing is.
    /// </summary>
    public string Mark { get; init; } = "";
}
