using CoreNode.Cluster;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A client's request while a member works on it: what its HTTP side would do. The client hears of the end once, some
/// time after it, unless it has given up.
/// </summary>
internal sealed class SimulatedCall(SimulatedWorld world, byte[]? command, Action<SimulatedAnswer> answered)
{
    private const long Way = 100_000;

    private SimulatedProcess? _process;
    private ValueTask<KeyOutcome> _write;
    private ReadBarrier? _read;
    private bool _isEarly;

    /// <summary>Hands it to a member's loop; nothing if it is answered without it.</summary>
    public LoopMessage? Submit(SimulatedProcess process, ProposalLoad load)
    {
        _process = process;
        long now = process.Member.Time.GetTimestamp();
        PlantedBug bug = process.Member.Cluster.Plan.Bug;
        if (command is null)
        {
            _read = new ReadBarrier(now);
            return bug == PlantedBug.ReadsWithoutReadIndex ? null : _read;
        }

        _isEarly = bug == PlantedBug.AcknowledgesEarly;
        load.Add(command.Length);
        Proposal proposal = Proposal.Rent(command, now, load);
        _write = proposal.Task;
        return proposal;
    }

    /// <summary>After a round: true if the answer is there, and then on its way.</summary>
    public bool TryComplete()
    {
        SimulatedAnswer answer;
        if (_read is not null && _process!.Member.Cluster.Plan.Bug == PlantedBug.ReadsWithoutReadIndex)
            answer = new SimulatedAnswer(_process.Core.Published, null, default);
        else if (_read is { Completion.Task: { IsCompleted: true } read })
            answer = new SimulatedAnswer(read.Result.Keyspace, read.Result.Error, default);
        else if (_read is null && _write.IsCompleted)
            answer = new SimulatedAnswer(null, null, _write.Result);
        else if (_read is null && _isEarly)
            answer = SimulatedAnswer.Early;
        else
            return false;
        world.After(Way, () => answered(answer));
        return true;
    }

    /// <summary>The member is gone.</summary>
    public void Broken() => world.After(Way, () => answered(SimulatedAnswer.None));
}
