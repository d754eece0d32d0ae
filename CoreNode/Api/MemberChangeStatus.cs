using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>What a change of members is answered with: the one place that knows both codes.</summary>
internal static class MemberChangeStatus
{
    /// <summary>HTTP status and message; no message for what is done.</summary>
    public static (int Status, string Message) Of(MemberChange change, MemberChangeOutcome outcome) =>
        outcome.Code switch
        {
            MemberChangeCode.Done => (change.Operation == MemberOperation.Add ? 201 : 204, ""),
            MemberChangeCode.UnknownMember => (404, NoSuchMember(change.Node)),
            MemberChangeCode.AlreadyRemoved => (410, $"Member permanently removed: {change.Node}"),
            MemberChangeCode.PeerUrlTaken => (409, "membership: peerURL exists"),
            MemberChangeCode.WouldLoseQuorum => (409, outcome.Message),
            MemberChangeCode.Invalid => (409, outcome.Message),
            // etcd's client goes on to another member after these two, whatever the body says.
            MemberChangeCode.Busy => (503, outcome.Message),
            MemberChangeCode.Unavailable => (500, outcome.Message),
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome.Code, "no such code"),
        };

    /// <summary>etcd's words for an identity that was never a member's.</summary>
    public static string NoSuchMember(NodeId node) => $"No such member: {node}";
}
