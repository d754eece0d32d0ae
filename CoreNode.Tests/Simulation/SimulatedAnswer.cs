using CoreNode.Store;

namespace CoreNode.Tests.Simulation;

/// <summary>What a client's request came to: a state to read in, or the outcome of a write, or nothing.</summary>
internal sealed record SimulatedAnswer(IKeyspace? Keyspace, KeyError? ReadError, KeyOutcome Outcome)
{
    /// <summary>The connection broke without an answer.</summary>
    public static readonly SimulatedAnswer None = new(null, null, default);

    /// <summary>"Done", said before anything was done: only a planted bug says so.</summary>
    public static readonly SimulatedAnswer Early = new(null, null, default);
}
