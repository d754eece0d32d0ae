namespace CoreNode.Units.Registry;

/// <summary>
/// Of a template: that its new content goes no further to its replicas: the value of job/&lt;unit&gt;/rollout. Without
/// the key it goes on.
/// </summary>
/// <param name="IsStopped">The engine stopped it because a replica failed; else people paused it.</param>
/// <param name="Hash">The content whose rollout was stopped; empty where people paused whatever comes.</param>
/// <param name="Reason">Why, for people; may be empty where people paused it.</param>
/// <param name="By">Who paused it; may be empty.</param>
public sealed record JobRollout(bool IsStopped, string Hash, string Reason, string By)
{
    /// <summary>True if it holds up that content.</summary>
    public bool Holds(string hash) => !IsStopped || Hash == hash;
}
