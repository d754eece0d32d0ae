using System.Net;

namespace CoreNode.Api.Limits;

/// <summary>
/// Who uses how much: one account a remote address as long as it has connections, and the sums. Any thread;
/// <c>_gate</c> guards the accounts' list, the numbers are atomic.
/// </summary>
internal sealed class ClientLedger
{
    private const int Kinds = (int)Resource.Head + 1;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, ClientUse> _clients = [];
    private readonly long[] _used = new long[Kinds];
    private readonly long[] _limits = new long[Kinds];
    private readonly long[] _clientLimits = new long[Kinds];
    private readonly HeldLimits _held;
    private readonly LimitLog _log;
    private readonly ClientUse _local;

    /// <summary>An empty ledger.</summary>
    /// <param name="held">What is allowed.</param>
    /// <param name="log">Is told of refusals.</param>
    public ClientLedger(HeldLimits held, LimitLog log)
    {
        _log = log;
        _held = held;
        _local = new ClientUse(this, null);
        ApiLimits limits = held.Effective;
        if (limits.MaxConnections < held.Wanted.MaxConnections)
            log.FewerFiles(held.Wanted.MaxConnections, limits.MaxConnections);
        Set(Resource.Connection, limits.MaxConnections, limits.MaxClientConnections);
        Set(Resource.Watch, limits.MaxWatches, limits.MaxClientWatches);
        Set(Resource.Request, long.MaxValue, limits.MaxClientRequests);
        Set(Resource.Write, limits.MaxWaitingWrites, limits.MaxClientWaitingWrites);
        Set(Resource.Listing, limits.MaxListings, limits.MaxClientListings);
        Set(Resource.Body, limits.MaxBodyBytes, limits.MaxClientBodyBytes);
        Set(Resource.Head, limits.MaxHeaderBytesInSum, limits.MaxClientHeaderBytes);
    }

    /// <summary>Clients that have connections.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _clients.Count;
        }
    }

    /// <summary>
    /// The account of a new connection, counted there; null with the limit that it met. To be given back by
    /// <see cref="Disconnected"/>.
    /// </summary>
    public ClientUse? TryConnect(EndPoint? remote, out LimitRule? refused)
    {
        lock (_gate)
        {
            ClientUse client = Find(remote);
            refused = client.TryTake(Resource.Connection);
            if (refused is null)
                return client;
            Forget(client);
            return null;
        }
    }

    /// <summary>The connection is closed.</summary>
    public void Disconnected(ClientUse client)
    {
        lock (_gate)
        {
            client.Release(Resource.Connection);
            Forget(client);
        }
    }

    /// <summary>What is used by all together.</summary>
    public long Used(Resource resource) => Interlocked.Read(ref _used[(int)resource]);

    /// <summary>One line about a limit, with the value that holds.</summary>
    public string Message(LimitRule rule) => rule.Message(_held.Effective, _held.Wanted);

    internal long ClientLimit(Resource resource) => _clientLimits[(int)resource];

    internal bool TryTake(Resource resource, long amount) =>
        ClientUse.TryAdd(ref _used[(int)resource], amount, _limits[(int)resource]);

    internal void Release(Resource resource, long amount) => Interlocked.Add(ref _used[(int)resource], -amount);

    internal void Refused(LimitRule rule, IPAddress? client) => _log.Refused(rule.Kind, client?.ToString() ?? "local");

    // One client must not take what all have, and watches must leave connections for requests.
    private void Set(Resource resource, long all, long client)
    {
        _limits[(int)resource] = all;
        _clientLimits[(int)resource] = client;
    }

    private ClientUse Find(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: { } address })
            return _local;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (!_clients.TryGetValue(address, out ClientUse? client))
            _clients.Add(address, client = new ClientUse(this, address));
        return client;
    }

    private void Forget(ClientUse client)
    {
        if (client.Address is { } address && client.Used(Resource.Connection) == 0)
            _clients.Remove(address);
    }
}
