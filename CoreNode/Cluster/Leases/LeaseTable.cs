using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Leases;

/// <summary>
/// The machines' leases as the leader of one term counts them (docs/decisions/0026). Pure: the time comes in, in steps
/// that never go back; one owner.
/// <para>
/// A renewal is entered once a quorum confirmed the leader after it had come; the lease counts from when it came, so
/// the machine's own count, from when it was sent, ends first. What other leaders granted, and what machines took for
/// granted while a majority of members knew no leader, is not in the table: it is covered by waits. A contact is a
/// round of the quorum, from its sending to its last answer. Between the answers of one contact and an election timeout
/// after its sending, a majority knows this leader; so as long as each contact ends within that time after the one
/// before began, nobody was told that there is no leader, and nobody else led. Where one does not, all waits begin
/// anew: nobody is expired before a whole lease has passed since then.
/// </para>
/// </summary>
public sealed class LeaseTable
{
    /// <summary>Machines that are kept at most; more are refused.</summary>
    public const int MaxMachines = 100_000;

    private readonly Dictionary<string, Entry> _machines = new(StringComparer.Ordinal);
    private readonly TimeSpan _longestGap;
    private readonly TimeSpan _lease;
    private TimeSpan? _contactSentAt;
    private TimeSpan _waitsSince;

    /// <param name="lease">The longest lease that this leader grants.</param>
    /// <param name="longestGap">
    /// Longest time from the sending of a contact to the end of the next one: less than an election timeout, by what
    /// clocks may differ in speed.
    /// </param>
    /// <param name="storedLongest">
    /// The longest lease that any leader may have granted, as it stands in the store; zero if none ever did.
    /// </param>
    public LeaseTable(TimeSpan lease, TimeSpan longestGap, TimeSpan storedLongest)
    {
        _lease = lease;
        _longestGap = longestGap;
        Stored = storedLongest;
    }

    /// <summary>
    /// The longest lease that may be out, as the store has it. Nothing longer is granted, and no wait is shorter.
    /// </summary>
    public TimeSpan Stored { get; private set; }

    /// <summary>How long is waited for machines that may hold a lease of an earlier term.</summary>
    public TimeSpan Wait => Stored > _lease ? Stored : _lease;

    /// <summary>
    /// What should stand in the store: set before the first lease is granted; made shorter only once all that was
    /// granted under the longer one is over. Null: what stands there is right.
    /// </summary>
    public TimeSpan? Wanted(TimeSpan now)
    {
        if (Stored < _lease)
            return _lease;
        bool mayShorten = Stored > _lease && IsSure(now) && now >= _waitsSince + Wait;
        return mayShorten ? _lease : null;
    }

    /// <summary>The store has it now, written in this term.</summary>
    public void SetStored(TimeSpan stored) => Stored = stored;

    /// <summary>
    /// A quorum has confirmed this leader. True if that came too late after the contact before: all waits begin anew.
    /// </summary>
    public bool Contact(TimeSpan sentAt, TimeSpan now)
    {
        bool isGap = _contactSentAt is not { } last || now - last > _longestGap;
        if (isGap)
            _waitsSince = now;
        if (_contactSentAt is null || sentAt > _contactSentAt)
            _contactSentAt = sentAt;
        Forget(now);
        return isGap;
    }

    /// <summary>
    /// Enters a renewal that came at <paramref name="receivedAt"/>; a contact that was sent after that must have been
    /// noted before.
    /// </summary>
    /// <param name="renewal">Who renews.</param>
    /// <param name="registered">
    /// The instance under which the machine stands in the store; zero if it does not: it tells who may hold a lease of
    /// an earlier term.
    /// </param>
    /// <param name="receivedAt">When it came.</param>
    /// <param name="now">The present moment.</param>
    public LeaseEntry Enter(LeaseRenewal renewal, ulong registered, TimeSpan receivedAt, TimeSpan now)
    {
        Invariant.That(_contactSentAt >= receivedAt, "a contact that was sent after a renewal came grants it");
        bool isKnown = _machines.TryGetValue(renewal.MachineId, out Entry? entry);
        if (isKnown && entry!.ReleasedAt >= receivedAt)
            return new LeaseEntry(LeaseEntryKind.Late, TimeSpan.Zero, false);
        bool isLive = isKnown ? now < EndOf(entry!) : registered != 0 && now < _waitsSince + Wait;
        ulong holder = isKnown ? entry!.Instance : registered;
        if (isLive && holder != renewal.Instance)
            return new LeaseEntry(LeaseEntryKind.Duplicate, TimeSpan.Zero, false);
        if (!isKnown && _machines.Count >= MaxMachines)
            return new LeaseEntry(LeaseEntryKind.Full, TimeSpan.Zero, false);
        TimeSpan lease = Min(Min(renewal.Duration, _lease), Stored);
        TimeSpan from = isLive && isKnown && entry!.RenewedAt > receivedAt ? entry.RenewedAt : receivedAt;
        bool isOlder = entry is { ReleasedAt: null } && entry.Instance == renewal.Instance
            && entry.Process > renewal.Process;
        _machines[renewal.MachineId] = new Entry(renewal.Instance, lease, from)
        {
            Process = isOlder ? entry!.Process : renewal.Process,
        };
        return new LeaseEntry(LeaseEntryKind.Granted, lease, IsChange: !(isKnown && isLive));
    }

    /// <summary>
    /// The machine gives its lease back; false if another instance or a later process of it holds it, or may hold it.
    /// </summary>
    public bool Release(LeaseRenewal renewal, ulong registered, TimeSpan now)
    {
        // Whoever leaves removes its registration first: one of a machine that is not heard of yet is a later process'.
        if (!_machines.TryGetValue(renewal.MachineId, out Entry? entry) && registered != 0)
            return false;
        // What is given back may have waited somewhere, at this member while it stood still perhaps.
        if (entry is not null && entry.Instance != renewal.Instance)
            return false;
        if (entry is { ReleasedAt: null } && entry.Process > renewal.Process)
            return false;
        _machines[renewal.MachineId] = new Entry(renewal.Instance, TimeSpan.Zero, now) { ReleasedAt = now };
        return true;
    }

    /// <summary>What is known of a machine.</summary>
    public MachineLeaseState StateOf(string machineId, TimeSpan now)
    {
        // Perhaps another one leads by now, or machines were told that nobody does.
        if (!IsSure(now))
            return MachineLeaseState.Held;
        TimeSpan end = _machines.TryGetValue(machineId, out Entry? entry) ? EndOf(entry) : _waitsSince + Wait;
        return now < end ? MachineLeaseState.Held : MachineLeaseState.Expired;
    }

    /// <summary>
    /// Machines with a lease of this term, in order of their ids; those that are only waited for are not among them.
    /// </summary>
    public IReadOnlyList<string> Present(TimeSpan now)
    {
        List<string> present = [];
        foreach ((string machine, Entry entry) in _machines)
        {
            if (entry.ReleasedAt is null && now < entry.RenewedAt + entry.Lease)
                present.Add(machine);
        }

        present.Sort(StringComparer.Ordinal);
        return present;
    }

    /// <summary>True while a machine holds a lease of this term, so that contacts are needed.</summary>
    public bool HasLeases => _machines.Count > 0;

    /// <summary>True if this term has heard of the machine, and not long ago.</summary>
    public bool Knows(string machineId) => _machines.ContainsKey(machineId);

    /// <summary>When the next lease or wait after <paramref name="after"/> ends; null if none does.</summary>
    public TimeSpan? NextEnd(TimeSpan after)
    {
        TimeSpan wait = _waitsSince + Wait;
        TimeSpan? next = _contactSentAt is not null && wait > after ? wait : null;
        foreach (Entry entry in _machines.Values)
        {
            TimeSpan end = EndOf(entry);
            if (end > after && (next is null || end < next))
                next = end;
        }

        return next;
    }

    private bool IsSure(TimeSpan now) => _contactSentAt is { } sent && now - sent <= _longestGap;

    private TimeSpan EndOf(Entry entry)
    {
        if (entry.ReleasedAt is { } released)
            return released;
        TimeSpan end = entry.RenewedAt + entry.Lease;
        TimeSpan wait = _waitsSince + Wait;
        return end > wait ? end : wait;
    }

    // A machine that is long over is as one that was never heard of.
    private void Forget(TimeSpan now)
    {
        List<string>? over = null;
        foreach ((string machine, Entry entry) in _machines)
        {
            if (now - EndOf(entry) > Wait)
                (over ??= []).Add(machine);
        }

        foreach (string machine in over ?? [])
            _machines.Remove(machine);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed record Entry(ulong Instance, TimeSpan Lease, TimeSpan RenewedAt)
    {
        internal TimeSpan? ReleasedAt { get; init; }

        // The latest process that renewed it.
        internal long Process { get; init; }
    }
}
