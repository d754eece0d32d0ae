using System.Net;

namespace CoreNode.Api.Limits;

/// <summary>What one client uses, shared by its connections. Any thread.</summary>
internal sealed class ClientUse(ClientLedger ledger, IPAddress? address)
{
    private readonly long[] _used = new long[(int)Resource.Head + 1];

    /// <summary>Who it is; null for local processes on the unix socket.</summary>
    public IPAddress? Address => address;

    /// <summary>What it uses now.</summary>
    public long Used(Resource resource) => Interlocked.Read(ref _used[(int)resource]);

    /// <summary>Takes some of it: null if that was possible, else the limit that was met.</summary>
    public LimitRule? TryTake(Resource resource, long amount = 1)
    {
        long limit = address is null ? long.MaxValue : ledger.ClientLimit(resource);
        if (!TryAdd(ref _used[(int)resource], amount, limit))
            return Refuse(LimitTable.OfClient(resource));
        if (LimitTable.OfAll(resource) is not { } ofAll || ledger.TryTake(resource, amount))
            return null;
        Interlocked.Add(ref _used[(int)resource], -amount);
        return Refuse(ofAll);
    }

    /// <summary>Gives back what <see cref="TryTake"/> gave.</summary>
    public void Release(Resource resource, long amount = 1)
    {
        Interlocked.Add(ref _used[(int)resource], -amount);
        if (resource != Resource.Request)
            ledger.Release(resource, amount);
    }

    /// <summary>Counts a request that waits for something; <see cref="IsBusy"/> says when there are too many.</summary>
    public void BeginWaiting() => Interlocked.Increment(ref _used[(int)Resource.Request]);

    /// <summary>It is answered.</summary>
    public void EndWaiting() => Interlocked.Decrement(ref _used[(int)Resource.Request]);

    /// <summary>The limit, if the client has as many requests under way as it may.</summary>
    public LimitRule? IsBusy() =>
        address is null || Volatile.Read(ref _used[(int)Resource.Request]) < ledger.ClientLimit(Resource.Request)
            ? null
            : Refuse(LimitTable.OfClient(Resource.Request));

    /// <summary>Counts that a limit of one request was met.</summary>
    public void Met(LimitKind kind) => ledger.Refused(LimitTable.Of(kind), address);

    /// <summary>One line about a limit.</summary>
    public string Message(LimitRule rule) => ledger.Message(rule);

    /// <summary>Adds, if that does not exceed the limit; a refused one is never seen by others.</summary>
    internal static bool TryAdd(ref long used, long amount, long limit)
    {
        long seen = Volatile.Read(ref used);
        while (seen + amount <= limit)
        {
            long before = Interlocked.CompareExchange(ref used, seen + amount, seen);
            if (before == seen)
                return true;
            seen = before;
        }

        return false;
    }

    private LimitRule Refuse(LimitRule rule)
    {
        ledger.Refused(rule, address);
        return rule;
    }
}
