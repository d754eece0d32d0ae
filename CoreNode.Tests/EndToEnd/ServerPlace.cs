namespace CoreNode.Tests.EndToEnd;

/// <summary>What one server owns on this machine: a data folder, an address and two ports.</summary>
internal sealed record ServerPlace(string Folder, int ClientPort, int PeerPort)
{
    /// <summary>Its name in the cluster.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Loopback, or its own in a namespace of its own.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>http, or https for clients and members alike.</summary>
    public string Scheme { get; init; } = Uri.UriSchemeHttp;

    /// <summary>The members at its first start, as the flag of that name takes them; itself alone if null.</summary>
    public string? OtherMembers { get; init; }

    /// <summary>Whether the cluster is new at its first start, or it joins one.</summary>
    public bool Joins { get; init; }

    public string DataFolder => Path.Combine(Folder, "data");

    public string SocketPath => Path.Combine(Folder, "corenode.sock");

    public Uri ClientUrl => new($"{Scheme}://{Address}:{ClientPort}");

    public Uri PeerUrl => new($"{Scheme}://{Address}:{PeerPort}");

    /// <summary>This member as --initial-cluster takes it.</summary>
    public string InitialMember => $"{Name}={Text(PeerUrl)}";

    /// <summary>The flags that etcd and corenode have in common.</summary>
    public IEnumerable<string> CommonFlags =>
    [
        "--name", Name,
        "--data-dir", DataFolder,
        "--listen-client-urls", Text(ClientUrl),
        "--advertise-client-urls", Text(ClientUrl),
        "--listen-peer-urls", Text(PeerUrl),
        "--initial-advertise-peer-urls", Text(PeerUrl),
        "--initial-cluster", OtherMembers is null ? InitialMember : $"{InitialMember},{OtherMembers}",
        "--initial-cluster-state", Joins ? "existing" : "new",
    ];

    /// <summary>Without the slash that Uri adds: the URL becomes part of what etcdctl prints.</summary>
    public static string Text(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
