using System.Net;
using CoreNode.Foundation;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>
/// Which lease a machine has and takes (docs/decisions/0062). Every step names what must still be so when the store
/// carries it out, so no two machines come to one subnet, and whoever loses one gives way. Pure.
/// </summary>
public static class LeaseRules
{
    /// <summary>How long a lease is good for.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromHours(24);

    /// <summary>How long before its end it is renewed.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromHours(1);

    // flannel's: machines that start together seldom choose the same one, and the network fills up from its begin.
    private const int Window = 100;

    /// <summary>What to do next.</summary>
    public static LeaseStep Next(
        OverlayConfig config, LeaseBook book, OwnMachine own, LeaseMemory memory, Prng chance)
    {
        if (!book.IsListed)
            return new LeaseStep.Wait();
        if (memory.Held is { } held)
        {
            LeaseEntry? entry = book.Find(held.Name);
            if (entry is not null && !IsOwn(entry, held, own))
                return new LeaseStep.Lost(held, entry);
            if (entry is not null && FindElder(config, entry, book.Entries, own) is { } elder)
                return new LeaseStep.Lost(held, elder);
            if (config.Fits(held.Subnets))
            {
                if (entry is null)
                    return new LeaseStep.Create(held.Subnets);
                if (entry.Stored.Text != own.Text)
                    return new LeaseStep.Rewrite(entry, held.Subnets);
                return LeftBehind(config, book, own, memory) is { } left
                    ? new LeaseStep.Delete(left) : new LeaseStep.Keep();
            }
        }

        if (FindOwn(config, book, own, memory) is { } found)
            return new LeaseStep.Rewrite(found, found.Subnets!);
        if (memory.Previous is { } before && config.Fits(before) && IsFree(config, before, book, memory))
            return new LeaseStep.Create(before);
        IpPrefix? v4 = null;
        IpPrefix? v6 = null;
        if (config.V4 is not null && (v4 = FindFree(config.V4, book, memory, chance)) is null)
            return new LeaseStep.Full();
        if (config.V6 is not null && (v6 = FindFree(config.V6, book, memory, chance)) is null)
            return new LeaseStep.Full();
        if (v4 is not null && v6 is not null && Counterpart(config, v4) is { } pair
            && IsFree(config, pair, book, memory))
            return new LeaseStep.Create(pair);
        return new LeaseStep.Create(new LeaseSubnets(v4, v6));
    }

    /// <summary>
    /// The oldest other lease of a subnet that this one has too; null: none. With both families two keys may name one
    /// subnet, and the store lets both be created; whoever was second gives way.
    /// </summary>
    internal static LeaseEntry? FindElder(
        OverlayConfig config, LeaseEntry entry, IEnumerable<LeaseEntry> others, OwnMachine own)
    {
        LeaseEntry? elder = null;
        if (config.V4 is null || config.V6 is null || entry.Subnets is not { } subnets)
            return null;
        foreach (LeaseEntry other in others)
        {
            if (other is { Subnets: { } theirs, Value: { } value } && other.Stored.Created < entry.Stored.Created
                && ((subnets.V4 is not null && subnets.V4.Equals(theirs.V4))
                    || (subnets.V6 is not null && subnets.V6.Equals(theirs.V6)))
                && other.Name != entry.Name && !value.HasAddressOf(own.Value)
                && (elder is null || other.Stored.Created < elder.Stored.Created))
                elder = other;
        }

        return elder;
    }

    // Machines that choose the same subnet of one family choose the same of the other: then they write one key, and the
    // store lets one of them.
    private static LeaseSubnets? Counterpart(OverlayConfig config, IpPrefix v4)
    {
        SubnetSpace from = config.V4!, to = config.V6!;
        UInt128 place = (AddressMath.Number(v4.Address) - AddressMath.Number(from.Min))
            / AddressMath.Size(from.SubnetLength, true);
        UInt128 room = (AddressMath.Number(to.Max) - AddressMath.Number(to.Min))
            / AddressMath.Size(to.SubnetLength, false);
        return place > room ? null : new LeaseSubnets(v4, new IpPrefix(
            AddressMath.Address(
                AddressMath.Number(to.Min) + (place * AddressMath.Size(to.SubnetLength, false)), false),
            to.SubnetLength));
    }

    // What this machine wrote, or would write, or wrote before its address changed.
    private static bool IsOwn(LeaseEntry entry, HeldLease held, OwnMachine own) =>
        entry.Stored.Text == held.Text || entry.Stored.Text == own.Text || HasOwnDevices(entry, own);

    private static bool HasOwnDevices(LeaseEntry entry, OwnMachine own) =>
        (own.Value.MacV4 ?? own.Value.MacV6) is not null && entry.Value?.HasDevicesOf(own.Value) == true;

    // flannel knows a machine by its address only. Of several leases with that, the surest: what this machine would
    // write now, then its devices, then what it had before, then the oldest.
    private static LeaseEntry? FindOwn(OverlayConfig config, LeaseBook book, OwnMachine own, LeaseMemory memory)
    {
        LeaseEntry? best = null;
        int bestRank = -1;
        foreach (LeaseEntry entry in book.Entries)
        {
            if (entry is not { Subnets: { } subnets, Value: { } value } || !value.HasAddressOf(own.Value)
                || !config.Fits(subnets) || memory.IsLost(entry)
                || FindElder(config, entry, book.Entries, own) is not null)
                continue;
            int rank = entry.Stored.Text == own.Text ? 3
                : HasOwnDevices(entry, own) ? 2
                : subnets == memory.Previous ? 1 : 0;
            if (rank < bestRank || (rank == bestRank && entry.Stored.Created >= best!.Stored.Created))
                continue;
            best = entry;
            bestRank = rank;
        }

        return best;
    }

    private static LeaseEntry? LeftBehind(OverlayConfig config, LeaseBook book, OwnMachine own, LeaseMemory memory)
    {
        foreach (LeaseEntry entry in book.Entries)
        {
            if (entry is not { Subnets: { } subnets, Value: { } value, Stored.Expiration: not null }
                || entry.Name == memory.Held?.Name || !value.HasAddressOf(own.Value))
                continue;
            bool isOrphan = entry.Stored.Text == own.Text
                && (HasOwnDevices(entry, own) || memory.Attempted.Contains(entry.Name));
            if (!config.Fits(subnets) || isOrphan)
                return entry;
        }

        return null;
    }

    private static bool IsFree(OverlayConfig config, LeaseSubnets wanted, LeaseBook book, LeaseMemory memory)
    {
        if (memory.Refused.Contains(LeaseKey.Write(wanted)))
            return false;
        foreach (LeaseEntry entry in book.Entries)
        {
            if (Overlap(config.V4, wanted.V4, entry.Subnets?.V4) || Overlap(config.V6, wanted.V6, entry.Subnets?.V6))
                return false;
        }

        return true;
    }

    private static bool Overlap(SubnetSpace? space, IpPrefix? wanted, IpPrefix? other) =>
        space is not null && wanted is not null && other is not null && Takes(space, other) && wanted.Overlaps(other);

    // A network has four subnets at least, whatever their length is, or was: what takes more of it is nobody's lease,
    // and must not keep machines from getting one.
    private static bool Takes(SubnetSpace space, IpPrefix subnet) => subnet.Length >= space.Network.Length + 2;

    private static IpPrefix? FindFree(SubnetSpace space, LeaseBook book, LeaseMemory memory, Prng chance)
    {
        List<IpPrefix> taken = Taken(space, book, memory);
        UInt128[] firsts = new UInt128[taken.Count];
        UInt128[] afters = new UInt128[taken.Count];
        for (int index = 0; index < firsts.Length; index++)
        {
            firsts[index] = AddressMath.Number(taken[index].Address);
            afters[index] = firsts[index] + (AddressMath.Size(taken[index].Length, space.IsV4) - UInt128.One);
        }

        UInt128 size = AddressMath.Size(space.SubnetLength, space.IsV4);
        UInt128 last = AddressMath.Number(space.Max);
        List<IPAddress> free = [];
        UInt128 next = AddressMath.Number(space.Min);
        while (next <= last && free.Count < Window)
        {
            UInt128 end = next + (size - UInt128.One);
            UInt128 step = size;
            bool isTaken = false;
            for (int index = 0; index < firsts.Length && !isTaken; index++)
            {
                isTaken = firsts[index] <= end && afters[index] >= next;
                // A larger one is left behind at once: of short prefixes there may be as many as machines.
                if (isTaken && afters[index] > end)
                    step = afters[index] - next + UInt128.One;
            }

            if (!isTaken)
                free.Add(AddressMath.Address(next, space.IsV4));
            if (last - next < step)
                break;
            next += step;
        }

        return free.Count == 0 ? null : new IpPrefix(free[chance.Next(free.Count)], space.SubnetLength);
    }

    private static List<IpPrefix> Taken(SubnetSpace space, LeaseBook book, LeaseMemory memory)
    {
        bool isV4 = space.IsV4;
        List<IpPrefix> taken = [];
        foreach (LeaseEntry entry in book.Entries)
        {
            if ((isV4 ? entry.Subnets?.V4 : entry.Subnets?.V6) is { } subnet && Takes(space, subnet))
                taken.Add(subnet);
        }

        foreach (string name in memory.Refused)
        {
            LeaseSubnets? refused = LeaseKey.Read(name, out _);
            if ((isV4 ? refused?.V4 : refused?.V6) is { } subnet)
                taken.Add(subnet);
        }

        return taken;
    }
}
