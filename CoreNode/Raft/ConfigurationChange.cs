using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// A change of the configuration, all steps at once. A change of at most one vote is taken directly; any other goes
/// through a joint configuration, which the leader leaves by itself as soon as it is committed (Raft §6).
/// </summary>
/// <param name="Steps">What to do; each member at most once.</param>
public sealed record ConfigurationChange(IReadOnlyList<ConfigurationStep> Steps)
{
    /// <summary>Adds a voter or gives a vote to a learner.</summary>
    public static ConfigurationChange AddVoter(NodeId node) => One(ConfigurationOperation.AddVoter, node);

    /// <summary>Adds a learner or takes a voter's vote.</summary>
    public static ConfigurationChange AddLearner(NodeId node) => One(ConfigurationOperation.AddLearner, node);

    /// <summary>Removes a member.</summary>
    public static ConfigurationChange Remove(NodeId node) => One(ConfigurationOperation.Remove, node);

    /// <summary>Gives a vote to a learner.</summary>
    public static ConfigurationChange Promote(NodeId node) => One(ConfigurationOperation.Promote, node);

    /// <summary>The change as bytes, for a follower to forward.</summary>
    public byte[] Encode() => ConfigurationCodec.Encode(this);

    /// <summary>Reads a change.</summary>
    /// <exception cref="FormatException">The bytes are damaged or of a version that is not known here.</exception>
    public static ConfigurationChange Decode(ReadOnlySpan<byte> data) => ConfigurationCodec.TryDecode(data, out
        ConfigurationChange? change)
        ? change
        : throw new FormatException($"{data.Length} bytes are not a configuration change of version 1");

    /// <inheritdoc/>
    public bool Equals(ConfigurationChange? other) => other is not null && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode() => Steps.Aggregate(17, static (hash, step) => HashCode.Combine(hash, step));

    /// <summary>
    /// The configuration that follows from <paramref name="current"/>, which must not be joint; joint itself when
    /// more than one vote changes.
    /// </summary>
    internal ConfigurationRefusal Apply(Configuration current, out Configuration next)
    {
        Invariant.That(!current.IsJoint, "a joint configuration is left before the next change");
        next = current;
        SortedSet<NodeId> voters = [.. current.Voters];
        SortedSet<NodeId> learners = [.. current.Learners];
        HashSet<NodeId> named = [];
        foreach (ConfigurationStep step in Steps)
        {
            if (step.Node.IsNone || !named.Add(step.Node))
                return ConfigurationRefusal.BadNode;
            ConfigurationRefusal refusal = Apply(step, voters, learners);
            if (refusal != ConfigurationRefusal.None)
                return refusal;
        }

        if (voters.Count == 0)
            return ConfigurationRefusal.NoVoterLeft;
        if (voters.SetEquals(current.Voters) && learners.SetEquals(current.Learners))
            return ConfigurationRefusal.NothingChanges;
        next = IsOneVote(current, voters) ? new Configuration(voters, learners: learners)
            : Joint(current, voters, learners);
        return ConfigurationRefusal.None;
    }

    private static ConfigurationRefusal Apply(ConfigurationStep step, SortedSet<NodeId> voters,
        SortedSet<NodeId> learners)
    {
        bool wasVoter = voters.Remove(step.Node);
        bool wasLearner = learners.Remove(step.Node);
        switch (step.Operation)
        {
            case ConfigurationOperation.AddVoter:
                voters.Add(step.Node);
                return ConfigurationRefusal.None;
            case ConfigurationOperation.AddLearner:
                learners.Add(step.Node);
                return ConfigurationRefusal.None;
            case ConfigurationOperation.Remove:
                return wasVoter || wasLearner ? ConfigurationRefusal.None : ConfigurationRefusal.UnknownMember;
            case ConfigurationOperation.Promote:
                voters.Add(step.Node);
                return wasLearner ? ConfigurationRefusal.None : ConfigurationRefusal.NotALearner;
            default:
                throw new InvariantException($"unknown operation {step.Operation}");
        }
    }

    // Majorities of two sets that differ in one member always overlap (thesis §4.1), so no joint phase is needed.
    private static bool IsOneVote(Configuration current, SortedSet<NodeId> voters) =>
        voters.Count(voter => !current.Voters.Contains(voter)) + current.Voters.Count(v => !voters.Contains(v)) <= 1;

    private static Configuration Joint(Configuration current, SortedSet<NodeId> voters, SortedSet<NodeId> learners)
    {
        List<NodeId> now = [];
        List<NodeId> next = [];
        foreach (NodeId learner in learners)
            (current.Voters.Contains(learner) ? next : now).Add(learner);
        return new Configuration(voters, current.Voters, now, next);
    }

    private static ConfigurationChange One(ConfigurationOperation operation, NodeId node) =>
        new([new ConfigurationStep(operation, node)]);
}
