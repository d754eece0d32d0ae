using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// One write on its way through the log, and the awaitable for its answer. Pooled: a million writes a minute would
/// otherwise keep the collector busy. Rented by the thread that asks, completed by the loop, returned when the answer
/// has been taken.
/// </summary>
internal sealed class Proposal : LoopMessage, IValueTaskSource<KeyOutcome>
{
    private const int MaxPooled = 4096;

    private static readonly ConcurrentQueue<Proposal> s_pool = new();

    private ManualResetValueTaskSourceCore<KeyOutcome> _source;
    private KeyOutcome _outcome;
    private ProposalLoad? _load;

    private Proposal()
    {
    }

    internal byte[] Command { get; private set; } = [];

    /// <summary>Monotonic timestamp of the request, for its deadline.</summary>
    internal long StartedAt { get; private set; }

    /// <summary>
    /// The only term in which this member may append it as the leader; zero where any leader in any term may.
    /// </summary>
    internal Term OnlyIn { get; private set; }

    /// <summary>Where the log has it, once proposed.</summary>
    internal LogIndex Index { get; set; }

    /// <summary>The term it was proposed in; another term at its index means that it is lost.</summary>
    internal Term Term { get; set; }

    internal static Proposal Rent(byte[] command, long startedAt, ProposalLoad load, Term onlyIn = default)
    {
        if (!s_pool.TryDequeue(out Proposal? proposal))
            proposal = new Proposal();
        proposal.Command = command;
        proposal.StartedAt = startedAt;
        proposal._load = load;
        proposal.OnlyIn = onlyIn;
        return proposal;
    }

    internal ValueTask<KeyOutcome> Task => new(this, _source.Version);

    /// <summary>Remembers the answer; given out by <see cref="Complete"/> after the batch has been published.</summary>
    internal void SetOutcome(in KeyOutcome outcome) => _outcome = outcome;

    /// <summary>
    /// Gives the answer. The continuation runs here, on the loop's thread: one hop less for every write.
    /// </summary>
    internal void Complete()
    {
        _load!.Remove(Command.Length);
        _source.SetResult(_outcome);
    }

    KeyOutcome IValueTaskSource<KeyOutcome>.GetResult(short token)
    {
        KeyOutcome outcome = _source.GetResult(token);
        _source.Reset();
        _outcome = default;
        Command = [];
        if (s_pool.Count < MaxPooled)
            s_pool.Enqueue(this);
        return outcome;
    }

    ValueTaskSourceStatus IValueTaskSource<KeyOutcome>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<KeyOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
