using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>Answers as it is told, and remembers what was asked.</summary>
internal sealed class ScriptedMembership : IMembership
{
    public MemberChange? Asked { get; private set; }

    public Action<MemberChange>? Changed { get; set; }

    public NodeId? Moved { get; private set; }

    public MemberChangeOutcome Outcome { get; set; } = new(MemberChangeCode.Done, "", null);

    public ValueTask<MemberChangeOutcome> ChangeAsync(MemberChange change, CancellationToken cancellation)
    {
        Asked = change;
        Changed?.Invoke(change);
        return ValueTask.FromResult(Outcome);
    }

    public ValueTask<MemberChangeOutcome> MoveLeaderAsync(NodeId target, CancellationToken cancellation)
    {
        Moved = target;
        return ValueTask.FromResult(Outcome);
    }
}
