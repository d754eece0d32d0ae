using CoreNode.Platform;

namespace CoreNode.Api.Access;

/// <summary>
/// Which processes of this machine administer the node through its unix socket: those of root, of the node's own user,
/// and of a group. Immutable.
/// </summary>
/// <param name="ownUser">The user that the node runs as.</param>
/// <param name="group">The group, null if this machine has none such.</param>
internal sealed class MachineAdmins(uint ownUser, uint? group)
{
    /// <summary>The group whose members administer the node.</summary>
    public const string GroupName = "corenode";

    /// <summary>The group's number; null if this machine has none such.</summary>
    public uint? Group => group;

    /// <summary>Those of this process, as of now: a group that is made later counts from the next start on.</summary>
    public static MachineAdmins OfThisProcess() => new(Accounts.OwnUser, Accounts.FindGroup(GroupName));

    /// <summary>What a connection through the unix socket proves.</summary>
    public Caller Identify(PeerCredentials? peer) =>
        peer is not null && Includes(peer) ? Caller.MachineAdmin : Caller.Unknown;

    private bool Includes(PeerCredentials peer) =>
        peer.User == 0
        || peer.User == ownUser
        || (group is { } admins && (peer.Group == admins || peer.Groups.Contains(admins)));
}
