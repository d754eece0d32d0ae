namespace CoreNode.Api.Peers.Requests;

/// <summary>What this node answers other nodes, by name. Immutable.</summary>
public sealed class NodeServices
{
    /// <summary>Longest name of a service, in bytes of ASCII.</summary>
    public const int MaxNameLength = 64;

    private readonly Dictionary<string, INodeService> _services;

    /// <summary>Names are lower-case words, such as "journal".</summary>
    public NodeServices(IReadOnlyDictionary<string, INodeService> services) =>
        _services = new Dictionary<string, INodeService>(services, StringComparer.Ordinal);

    /// <summary>The service of that name; null if this node has none.</summary>
    public INodeService? Find(string name) => _services.GetValueOrDefault(name);
}
