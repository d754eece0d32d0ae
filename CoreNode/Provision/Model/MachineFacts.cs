namespace CoreNode.Provision.Model;

/// <summary>
/// What a plan must know of the machine before it is made; everything it does not name stays as it is.
/// </summary>
/// <param name="Accounts">Users and groups.</param>
/// <param name="Paths">
/// What is at each path that the planner asked for, by path, also <see cref="PathFact.Absent"/>: one without an answer
/// is asked for again. Links on the way to it are followed inside the root. A path with "/" behind it asks for the
/// names in a folder as well.
/// </param>
public sealed record MachineFacts(AccountTexts Accounts, IReadOnlyDictionary<string, PathFact> Paths)
{
    /// <summary>The root is that of the running machine, so units can be told and its name be set at once.</summary>
    public bool IsRunning { get; init; }

    /// <summary>The name it has now; empty: not known.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The kernel's command line, for kernel arguments that are reported.</summary>
    public string KernelCommandLine { get; init; } = "";

    /// <summary>
    /// Marks (<see cref="UnitWork.Mark"/>, <see cref="RunScript.Mark"/>) of what was done since this boot, so that it
    /// is not done again.
    /// </summary>
    public IReadOnlyList<string> Done { get; init; } = [];
}
