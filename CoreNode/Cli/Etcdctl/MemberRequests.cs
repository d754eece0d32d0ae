using CoreNode.Api.Client;

namespace CoreNode.Cli.Etcdctl;

/// <summary>etcdctl's member add, remove and update; texts and exit codes are etcdctl 3.4's.</summary>
internal static class MemberRequests
{
    public static IEnumerable<EtcdctlCommand> All =>
    [
        new("member add", "add a member", "<name> <peerURL>", [], AddAsync),
        new("member remove", "remove a member", "<memberID>", [], RemoveAsync),
        new("member update", "change a member's peer URLs", "<memberID> <peerURL>,...", [], UpdateAsync),
    ];

    private static async Task<int> AddAsync(EtcdctlSession session, GoFlagSet flags)
    {
        if (flags.Arguments is not [var name, var url])
            throw Wrong("Provide a name and a single member peerURL");
        V2Client client = await session.OpenAsync();
        MembersOutcome added = await client.AddMemberAsync([url], isForced: false, session.Host.Cancellation);
        if (added is not MembersOutcome.Listed { Members: [var member, ..] })
            throw Wrong(Reason(added));
        TextWriter output = session.Host.Output;
        await output.WriteLineAsync($"Added member named {name} with ID {member.Id} to cluster");
        MembersOutcome members = await client.ListMembersAsync(session.Host.Cancellation);
        if (members is not MembersOutcome.Listed listed)
            throw Wrong(Reason(members));
        IEnumerable<string> cluster = listed.Members.SelectMany(m =>
            m.PeerUrls.Select(peer => $"{(m.Id == member.Id ? name : m.Name)}={peer}"));
        await output.WriteLineAsync(
            $"\nETCD_NAME=\"{name}\"\nETCD_INITIAL_CLUSTER=\"{string.Join(',', cluster)}\"\n"
            + "ETCD_INITIAL_CLUSTER_STATE=\"existing\"");
        return EtcdctlExit.Done;
    }

    private static async Task<int> RemoveAsync(EtcdctlSession session, GoFlagSet flags)
    {
        if (flags.Arguments is not [var id])
            throw Wrong("Provide a single member ID");
        V2Client client = await session.OpenAsync();
        MembersOutcome members = await client.ListMembersAsync(session.Host.Cancellation);
        if (members is not MembersOutcome.Listed listed)
            throw Wrong($"Error while verifying ID against known members: {Reason(members)}");
        foreach (ListedMember named in listed.Members.Where(m => m.Name == id))
        {
            await session.Host.Error.WriteLineAsync(
                $"Found a member named {named.Name}; if this is correct, please use its ID, eg:\n"
                + $"\tetcdctl member remove {named.Id}");
        }

        if (listed.Members.All(m => m.Id != id))
            throw Wrong($"Couldn't find a member in the cluster with an ID of {id}.");
        MembersOutcome removed = await client.RemoveMemberAsync(id, isForced: false, session.Host.Cancellation);
        if (removed is not MembersOutcome.Listed)
            throw Wrong($"Received an error trying to remove member {id}: {Reason(removed)}");
        await session.Host.Output.WriteLineAsync($"Removed member {id} from cluster");
        return EtcdctlExit.Done;
    }

    private static async Task<int> UpdateAsync(EtcdctlSession session, GoFlagSet flags)
    {
        if (flags.Arguments is not [var id, var urls])
        {
            throw Wrong(
                "Provide an ID and a list of comma separated peerURL (0xabcd http://example.com,http://example1.com)");
        }

        V2Client client = await session.OpenAsync();
        MembersOutcome updated = await client.UpdateMemberAsync(
            id, urls.Split(','), isForced: false, session.Host.Cancellation);
        if (updated is not MembersOutcome.Listed)
            throw Wrong(Reason(updated));
        await session.Host.Output.WriteLineAsync($"Updated member with ID {id} in cluster");
        return EtcdctlExit.Done;
    }

    private static EtcdctlException Wrong(string message) => new(EtcdctlExit.BadArguments, message);

    // That credentials are missing is a status that etcd's client does not expect here.
    private static string Reason(MembersOutcome outcome) => outcome switch
    {
        MembersOutcome.Refused { Status: 401 } => "unexpected status code 401",
        MembersOutcome.Refused refused => refused.Message,
        _ => ClusterRequests.Fail(EtcdctlExit.BadArguments, outcome).Message,
    };
}
