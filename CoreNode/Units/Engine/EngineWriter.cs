using CoreNode.Store;

namespace CoreNode.Units.Engine;

/// <summary>
/// Sends the writes of one plan: stage after stage, those of a stage together, a bounded number under way. A write
/// that is refused is no fault: somebody else changed the key, and the next plan sees how it stands. After one without
/// an answer no further stage begins.
/// </summary>
internal sealed class EngineWriter
{
    private readonly IReadOnlyList<EngineWrite> _writes;
    private readonly IKvClient _store;
    private readonly Action<EngineWrite, KvOutcome> _done;
    private int _next;
    private int _end;
    private volatile bool _isUnknown;

    private EngineWriter(
        IReadOnlyList<EngineWrite> writes, IKvClient store, Action<EngineWrite, KvOutcome> done)
    {
        _writes = writes;
        _store = store;
        _done = done;
    }

    /// <summary>Sends all of them.</summary>
    /// <param name="writes">In order of their stages.</param>
    /// <param name="store">Where to.</param>
    /// <param name="inFlight">At most that many at once.</param>
    /// <param name="done">Told of each outcome, from any thread, several at once.</param>
    /// <param name="cancellation">Sends no more.</param>
    public static async Task SendAsync(
        IReadOnlyList<EngineWrite> writes,
        IKvClient store,
        int inFlight,
        Action<EngineWrite, KvOutcome> done,
        CancellationToken cancellation)
    {
        EngineWriter writer = new(writes, store, done);
        while (writer._end < writes.Count)
        {
            writer._next = writer._end;
            while (writer._end < writes.Count && writes[writer._end].Stage == writes[writer._next].Stage)
                writer._end++;
            Task[] lanes = new Task[Math.Min(inFlight, writer._end - writer._next)];
            for (int i = 0; i < lanes.Length; i++)
                lanes[i] = writer.SendSomeAsync(cancellation);
            await Task.WhenAll(lanes);
            if (writer._isUnknown)
                return;
        }
    }

    /// <summary>True for an outcome after which the write may still happen.</summary>
    public static bool IsUnknown(KvOutcome outcome) => outcome is KvOutcome.Unknown
        || (outcome is KvOutcome.Refused refused && refused.Error.Is(ErrorCode.RaftInternal));

    private async Task SendSomeAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            int mine = Interlocked.Increment(ref _next) - 1;
            if (mine >= _end)
                return;
            KvOutcome outcome = await _writes[mine].SendAsync(_store, cancellation);
            if (IsUnknown(outcome))
                _isUnknown = true;
            _done(_writes[mine], outcome);
        }
    }
}
