using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Hosting;

/// <summary>Stands in until the replica itself changes members.</summary>
internal sealed class FixedMembership : IMembership
{
    private static readonly MemberChangeOutcome s_refused =
        new(MemberChangeCode.Unavailable, "changing the members is not possible yet", null);

    public ValueTask<MemberChangeOutcome> ChangeAsync(MemberChange change, CancellationToken cancellation) =>
        ValueTask.FromResult(s_refused);

    public ValueTask<MemberChangeOutcome> MoveLeaderAsync(NodeId target, CancellationToken cancellation) =>
        ValueTask.FromResult(s_refused);
}
