namespace CoreNode.Provision.Applying;

/// <summary>
/// Somebody changed what a plan was made for between its making and its being carried out. A plan that is made anew
/// takes it into account.
/// </summary>
public sealed class StalePlanException(string path, string what)
    : IOException($"{path} {what} since the plan was made; nothing was done to it: make the plan anew (run it again)");
