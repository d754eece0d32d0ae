using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// Who takes part in the cluster (Raft §6). While <see cref="OutgoingVoters"/> is not empty the configuration is joint:
/// every decision needs a majority of the voters and a majority of the outgoing voters. All lists are sorted and
/// without repetition; nobody is a learner and a voter at once, except that <see cref="LearnersNext"/> names outgoing
/// voters that turn into learners when the joint phase ends. Immutable.
/// </summary>
public sealed record Configuration
{
    private readonly NodeId[] _voters;
    private readonly NodeId[] _outgoing;
    private readonly NodeId[] _learners;
    private readonly NodeId[] _learnersNext;

    /// <summary>Sorts and checks the four sets.</summary>
    /// <exception cref="ArgumentException">They contradict each other; see the type's summary.</exception>
    public Configuration(
        IEnumerable<NodeId> voters,
        IEnumerable<NodeId>? outgoingVoters = null,
        IEnumerable<NodeId>? learners = null,
        IEnumerable<NodeId>? learnersNext = null)
    {
        _voters = Sorted(voters);
        _outgoing = Sorted(outgoingVoters ?? []);
        _learners = Sorted(learners ?? []);
        _learnersNext = Sorted(learnersNext ?? []);
        if (Contradiction() is { } contradiction)
            throw new ArgumentException(contradiction, nameof(voters));
    }

    /// <summary>Voters; in a joint configuration those of the configuration that is being entered.</summary>
    public IReadOnlyList<NodeId> Voters => _voters;

    /// <summary>Voters of the configuration that is being left; empty unless joint.</summary>
    public IReadOnlyList<NodeId> OutgoingVoters => _outgoing;

    /// <summary>Members that receive the log but are never counted (thesis §4.2.1).</summary>
    public IReadOnlyList<NodeId> Learners => _learners;

    /// <summary>Outgoing voters that become learners when the joint phase ends.</summary>
    public IReadOnlyList<NodeId> LearnersNext => _learnersNext;

    /// <summary>True while two majorities are needed.</summary>
    public bool IsJoint => _outgoing.Length != 0;

    internal ReadOnlySpan<NodeId> VoterSpan => _voters;

    internal ReadOnlySpan<NodeId> OutgoingSpan => _outgoing;

    /// <summary>A cluster of one.</summary>
#pragma warning disable CA1720 // "Single" is the English word here, not the number type.
    public static Configuration Single(NodeId node) => new([node]);
#pragma warning restore CA1720

    /// <summary>True when the member has a vote, in either half of a joint configuration.</summary>
    public bool IsVoter(NodeId node) => _voters.AsSpan().Contains(node) || _outgoing.AsSpan().Contains(node);

    /// <summary>True when the member takes part at all.</summary>
    public bool Contains(NodeId node) =>
        IsVoter(node) || _learners.AsSpan().Contains(node) || _learnersNext.AsSpan().Contains(node);

    /// <summary>True when this member alone is every quorum.</summary>
    public bool IsSoleVoter(NodeId node) => _voters.Length == 1 && _voters[0] == node
        && (_outgoing.Length == 0 || (_outgoing.Length == 1 && _outgoing[0] == node));

    /// <summary>Everybody who takes part, sorted.</summary>
    public IReadOnlyList<NodeId> Members() => Sorted([.. _voters, .. _outgoing, .. _learners, .. _learnersNext]);

    /// <summary>The configuration after the joint phase; this one if it is not joint.</summary>
    public Configuration LeaveJoint() =>
        IsJoint ? new Configuration(_voters, learners: [.. _learners, .. _learnersNext]) : this;

    /// <summary>The bytes of a configuration entry; see <see cref="ConfigurationCodec"/>.</summary>
    public byte[] Encode() => ConfigurationCodec.Encode(this);

    /// <summary>Reads the bytes of a configuration entry.</summary>
    /// <exception cref="FormatException">They are damaged or of a version that is not known here.</exception>
    public static Configuration Decode(ReadOnlySpan<byte> data) => ConfigurationCodec.TryDecode(data, out
        Configuration? decoded, out _)
        ? decoded
        : throw new FormatException($"{data.Length} bytes are not a configuration of version 1 or 2");

    /// <summary>What the proposer put beside the configuration, for the state machine; empty if nothing.</summary>
    /// <exception cref="FormatException">The bytes are damaged or of a version that is not known here.</exception>
    public static ReadOnlyMemory<byte> ContextOf(ReadOnlyMemory<byte> data) =>
        ConfigurationCodec.TryDecode(data.Span, out _, out int length)
            ? data[^length..]
            : throw new FormatException($"{data.Length} bytes are not a configuration of version 1 or 2");

    /// <inheritdoc/>
    public bool Equals(Configuration? other) => other is not null
        && _voters.AsSpan().SequenceEqual(other._voters) && _outgoing.AsSpan().SequenceEqual(other._outgoing)
        && _learners.AsSpan().SequenceEqual(other._learners)
        && _learnersNext.AsSpan().SequenceEqual(other._learnersNext);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        foreach (NodeId node in _voters)
            hash.Add(node);
        foreach (NodeId node in _outgoing)
            hash.Add(node);
        return hash.ToHashCode();
    }

    /// <summary>"voters=(1 2) outgoing=(1) learners=(3)"; empty parts are left out.</summary>
    public override string ToString() => $"voters=({string.Join(' ', _voters)})"
        + Part(" outgoing", _outgoing) + Part(" learners", _learners) + Part(" learners-next", _learnersNext);

    private static string Part(string name, NodeId[] nodes) =>
        nodes.Length == 0 ? "" : $"{name}=({string.Join(' ', nodes)})";

    private static NodeId[] Sorted(IEnumerable<NodeId> nodes) => [.. new SortedSet<NodeId>(nodes)];

    private string? Contradiction()
    {
        if (_voters.Length == 0)
            return "a configuration needs a voter";
        if (Members().Any(static node => node.IsNone))
            return "nobody cannot be a member";
        if (_learners.Any(IsVoter))
            return "a voter is listed as a learner";
        bool leaving = _learnersNext.All(node => _outgoing.Contains(node) && !_voters.Contains(node));
        return leaving ? null : "only outgoing voters can become learners at the end of a joint phase";
    }
}
