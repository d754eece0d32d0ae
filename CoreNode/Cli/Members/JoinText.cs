using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>What to run on the machine of a member that was added.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Member">The member as it was added.</param>
/// <param name="Members">All members, this one included.</param>
internal sealed record JoinText(string Name, ListedMember Member, IReadOnlyList<ListedMember> Members)
{
    /// <summary>
    /// What to run by a list of members that may be older than the change: another member may have told it, which has
    /// not applied that yet.
    /// </summary>
    /// <param name="name">The new member's name.</param>
    /// <param name="added">The new member.</param>
    /// <param name="removed">Those that it replaces.</param>
    /// <param name="listed">The list.</param>
    public static JoinText Of(
        string name, ListedMember added, IReadOnlyList<ListedMember> removed, IReadOnlyList<ListedMember> listed)
    {
        List<ListedMember> members = [];
        foreach (ListedMember one in listed)
        {
            bool isAdded = one.Id == added.Id || one.PeerUrls.Any(added.PeerUrls.Contains);
            if (!isAdded && removed.All(other => other.Id != one.Id))
                members.Add(one);
        }

        members.Add(added);
        return new JoinText(name, added, members);
    }

    // A member that never started has no name yet; any will do, since it is only looked up by its URL.
    private string InitialCluster => string.Join(',', Members.SelectMany(m =>
        m.PeerUrls.Select(url => $"{(m.Id == Member.Id ? Name : m.Name.Length == 0 ? m.Id : m.Name)}={url}")));

    private string PeerUrls => string.Join(',', Member.PeerUrls);

    /// <summary>As etcdctl prints it, with our names, and one command to paste.</summary>
    public string ToText() => $"""
        Added member named {Name} with ID {Member.Id} to cluster

        CORENODE_NAME="{Name}"
        CORENODE_INITIAL_CLUSTER="{InitialCluster}"
        CORENODE_INITIAL_CLUSTER_STATE="existing"
        CORENODE_INITIAL_ADVERTISE_PEER_URLS="{PeerUrls}"

        These lines are for /etc/default/corenode on its machine, where the data folder must be empty. Or run there:

          {Command()}

        It gets its vote by itself once it has caught up.

        """;

    /// <summary>The same for programs.</summary>
    public string ToJson()
    {
        var text = new StringBuilder("{\"id\":");
        EtcdJson.AppendString(text, Member.Id);
        text.Append(",\"name\":");
        EtcdJson.AppendString(text, Name);
        text.Append(",\"peerURLs\":[");
        for (int at = 0; at < Member.PeerUrls.Count; at++)
        {
            text.Append(at == 0 ? "" : ",");
            EtcdJson.AppendString(text, Member.PeerUrls[at]);
        }

        text.Append("],\"initialCluster\":");
        EtcdJson.AppendString(text, InitialCluster);
        text.Append(",\"command\":");
        EtcdJson.AppendString(text, Command());
        return text.Append("}\n").ToString();
    }

    private string Command() =>
        $"corenode node --name {Name} --listen-peer-urls {Listen()}{Clients()} "
        + $"--initial-advertise-peer-urls {PeerUrls} --initial-cluster {InitialCluster} "
        + "--initial-cluster-state existing";

    // Listening takes addresses; a name may be somebody else's address inside its own machine.
    private string Listen() => string.Join(',', Member.PeerUrls.Select(static url =>
    {
        var uri = new Uri(url);
        return uri.HostNameType == UriHostNameType.Dns && uri.Host != "localhost"
            ? $"http://0.0.0.0:{uri.Port}"
            : url;
    }).Distinct());

    // On loopback several members share one machine: their client ports are the person's to choose.
    private string Clients()
    {
        var uri = new Uri(Member.PeerUrls[0]);
        if (uri.IsLoopback)
            return "";
        string listen = uri.HostNameType == UriHostNameType.Dns ? "0.0.0.0" : uri.Host;
        string local = listen == "0.0.0.0" ? "" : ",http://127.0.0.1:2379";
        return $" --listen-client-urls http://{listen}:2379{local} --advertise-client-urls http://{uri.Host}:2379";
    }
}
