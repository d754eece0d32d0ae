namespace CoreNode.Tests.EndToEnd;

/// <summary>What one server owns on this machine: a data folder and two loopback ports.</summary>
internal sealed record ServerPlace(string Folder, int ClientPort, int PeerPort)
{
    public string DataFolder => Path.Combine(Folder, "data");

    public string SocketPath => Path.Combine(Folder, "corenode.sock");

    public Uri ClientUrl => new($"http://127.0.0.1:{ClientPort}");

    public Uri PeerUrl => new($"http://127.0.0.1:{PeerPort}");
}
