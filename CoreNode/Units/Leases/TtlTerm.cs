using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Units.Leases;

/// <summary>
/// One time in which this process holds the key of who decides. A machine's lease is its object's key: etcd removes it
/// when its lifetime is over. Any thread.
/// </summary>
internal sealed class TtlTerm : ILeaderTerm, IDisposable
{
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromHours(1);

    private readonly Lock _gate = new(); // _renewedAt, _waitsSince
    private readonly RegistryFollower _registry;
    private readonly TtlTimes _times;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private TimeSpan _renewedAt;
    private TimeSpan _waitsSince;
    private IReadOnlyList<string> _told = [];
    private bool _wasWaiting = true;

    internal TtlTerm(
        StoreIndex number, TimeSpan sentAt, IKvClient client, RegistryFollower registry, TtlTimes times,
        TimeProvider time)
    {
        Number = number.Value;
        _renewedAt = sentAt;
        _registry = registry;
        _times = times;
        _time = time;
        _waitsSince = Now();
        Ended = _ended.Token;
        Writes = new TermWrites(client, this);
    }

    public ulong Number { get; }

    public CancellationToken Ended { get; }

    public IKvClient Writes { get; }

    public bool AreLeasesKeys => true;

    public IReadOnlyCollection<string> Present => PresentIn(_registry.Current);

    /// <summary>True while nobody else can hold the key.</summary>
    internal bool IsValid
    {
        get
        {
            lock (_gate)
                return !_ended.IsCancellationRequested && Now() < _renewedAt + _times.Validity;
        }
    }

    /// <summary>When it is over unless it is renewed.</summary>
    internal TimeSpan ValidUntil
    {
        get
        {
            lock (_gate)
                return _renewedAt + _times.Validity;
        }
    }

    private bool IsWaiting
    {
        get
        {
            lock (_gate)
                return Now() < _waitsSince + _times.Wait;
        }
    }

    public MachineLeaseState StateOf(string machineId) =>
        !IsValid || IsWaiting || !_registry.IsListed || IsThere(_registry.Current, machineId)
            ? MachineLeaseState.Held
            : MachineLeaseState.Expired;

    public async Task WaitForChangeAsync(TimeSpan limit, CancellationToken cancellation)
    {
        TimeSpan until = Now() + limit;
        while (true)
        {
            RegistryState registry = _registry.Current;
            IReadOnlyList<string> present = PresentIn(registry);
            bool isWaiting = IsWaiting;
            TimeSpan left = until - Now();
            if (isWaiting != _wasWaiting || !present.SequenceEqual(_told, StringComparer.Ordinal)
                || left <= TimeSpan.Zero || _ended.IsCancellationRequested)
            {
                _told = present;
                _wasWaiting = isWaiting;
                return;
            }

            TimeSpan pause = isWaiting && _times.Wait < left ? _times.Wait : left;
            using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(
                cancellation, _ended.Token);
            Task changed = _registry.WaitForChangeAsync(registry.Index, done.Token);
            await Task.WhenAny(
                changed, Task.Delay(pause < s_longestDelay ? pause : s_longestDelay, _time, done.Token));
            await done.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public void Dispose() => _ended.Dispose();

    /// <summary>The key was renewed by a request that was sent then.</summary>
    internal void Renewed(TimeSpan sentAt)
    {
        lock (_gate)
        {
            // Machines' renewals may have failed meanwhile, too.
            if (sentAt - _renewedAt > _times.Lifetime / 2)
                _waitsSince = Now();
            _renewedAt = sentAt;
        }
    }

    internal Task EndAsync() => _ended.CancelAsync();

    private static bool IsThere(RegistryState registry, string machine) =>
        registry.Machines.TryGetValue(machine, out RegisteredMachine? found) && found.Object is not null;

    private static List<string> PresentIn(RegistryState registry)
    {
        List<string> present = [];
        foreach (RegisteredMachine machine in registry.Machines.Values)
        {
            if (machine.Object is not null)
                present.Add(machine.Id);
        }

        return present;
    }

    private TimeSpan Now() => _time.GetElapsedTime(0);
}
