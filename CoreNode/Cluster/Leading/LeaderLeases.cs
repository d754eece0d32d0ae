using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster.Leading;

/// <summary>
/// Machines' leases with the built-in store: whether this member decides for the machines, and, while it does, their
/// leases, in its memory (docs/decisions/0026). On every member; <see cref="RunAsync"/> is its loop. Any thread.
/// </summary>
public sealed class LeaderLeases : ILeadership
{
    private static readonly TimeSpan s_beginning = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_duplicateInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new(); // _current, _changed, _duplicate, _duplicateToldAt
    private readonly ILeaderLog _log;
    private readonly IKeyStore _store;
    private readonly IClusterView _cluster;
    private readonly LeaseTimes _times;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<string, ulong> _registeredInstance;
    private LeaderTerm? _current;
    private string? _duplicate;
    private long _duplicateToldAt;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LeaderLeases(
        ILeaderLog log, IKeyStore store, IClusterView cluster, LeaseTimes times, TimeProvider time, ILogger logger,
        Func<string, ulong> registeredInstance)
    {
        _log = log;
        _store = store;
        _cluster = cluster;
        _times = times;
        _time = time;
        _logger = logger;
        _registeredInstance = registeredInstance;
    }

    /// <inheritdoc/>
    public ILeaderTerm? Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    /// <summary>Of a running member.</summary>
    /// <param name="replica">The member.</param>
    /// <param name="times">Its times.</param>
    /// <param name="time">The clocks.</param>
    /// <param name="logs">Where it says what it does.</param>
    /// <param name="registeredInstance">
    /// The instance under which a machine stands in the store; zero if it does not. So a second machine with its id
    /// cannot take its lease right after another leader came.
    /// </param>
    public static LeaderLeases Create(
        Replica replica, LeaseTimes times, TimeProvider time, ILoggerFactory logs,
        Func<string, ulong> registeredInstance) =>
        Create(replica, replica, replica, times, time, logs.CreateLogger<LeaderLeases>(), registeredInstance);

    /// <inheritdoc/>
    public async Task<ILeaderTerm?> WaitForChangeAsync(ILeaderTerm? known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (!ReferenceEquals(_current, known))
                    return _current;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>Runs one term of office after the other, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Term term = _log.LeadingTerm;
                if (term != Term.Zero)
                    await RunTermAsync(term, cancellation);
                await _log.WaitForLeadingTermAsync(term, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    /// <summary>
    /// Answers a machine that renews or releases its lease: where another member leads, who that is.
    /// </summary>
    public async Task<LeaseReply> AnswerAsync(LeaseRenewal renewal, bool isRelease, CancellationToken cancellation)
    {
        LeaderStanding? standing = null;
        if (Find() is null)
        {
            standing = await _log.AskStandingAsync(cancellation);
            if (standing.Leader == standing.Self)
                await BeginningAsync(cancellation);
        }

        if (Find() is { } term)
            return isRelease ? Release(term, renewal) : await RenewAsync(term, renewal, cancellation);
        standing ??= await _log.AskStandingAsync(cancellation);
        if (standing.Leader == standing.Self)
            return new LeaseReply.Failed("this member has only just begun to lead");
        if (standing.Leader.IsNone)
        {
            return new LeaseReply.Leaderless(
                standing, standing.Silence - _times.ElectionTimeout, LongestLease.Read(_store.Current));
        }

        IReadOnlyList<string> urls = [];
        foreach (Member member in _cluster.Members)
        {
            if (member.Id == standing.Leader)
                urls = member.PeerUrls;
        }

        return new LeaseReply.Elsewhere(standing.Leader, urls);
    }

    /// <summary>Of parts that a test may play.</summary>
    internal static LeaderLeases Create(
        ILeaderLog log, IKeyStore store, IClusterView cluster, LeaseTimes times, TimeProvider time, ILogger logger,
        Func<string, ulong> registeredInstance) =>
        new(log, store, cluster, times, time, logger, registeredInstance);

    private async Task RunTermAsync(Term number, CancellationToken cancellation)
    {
        using LeaderTerm term = new(_log, _store, number, _times, _time, _registeredInstance);
        try
        {
            if (!await term.BeginAsync(cancellation))
                return;
            Set(term);
            _logger.TermBegan(number, term.Wait.TotalSeconds);
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task running = term.RunAsync(over.Token);
            await Task.WhenAny(running, _log.WaitForLeadingTermAsync(number, over.Token));
            Set(null);
            _logger.TermEnded(number);
            await over.CancelAsync();
            await EndOfAsync(running, over.Token);
        }
        finally
        {
            Set(null);
            await term.EndAsync();
        }
    }

    private static async Task EndOfAsync(Task running, CancellationToken over)
    {
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // As it was told.
        }
    }

    private LeaderTerm? Find()
    {
        lock (_gate)
            return _current;
    }

    private void Set(LeaderTerm? term)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            if (ReferenceEquals(_current, term))
                return;
            _current = term;
            told = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.SetResult();
    }

    private async Task<LeaseReply> RenewAsync(LeaderTerm term, LeaseRenewal renewal, CancellationToken cancellation)
    {
        LeaseEntry? entry = await term.RenewAsync(renewal, cancellation);
        switch (entry?.Kind)
        {
            case null:
                return new LeaseReply.Failed("this member leads no more");
            case LeaseEntryKind.Granted:
                if (entry.IsChange)
                    _logger.LeaseGranted(renewal.MachineId, entry.Lease.TotalSeconds);
                return new LeaseReply.Granted(entry.Lease);
            case LeaseEntryKind.Duplicate:
                TellDuplicate(renewal.MachineId);
                return new LeaseReply.Duplicate(
                    $"another machine holds the lease of machine {renewal.MachineId}: give one of the two another id "
                    + "(--machine-id, or /etc/machine-id)");
            case LeaseEntryKind.Late:
                return new LeaseReply.Failed("the lease was released after this was sent");
            case LeaseEntryKind.Full:
                return new LeaseReply.Failed($"{LeaseTable.MaxMachines} machines hold leases already");
            default:
                throw new InvariantException($"unknown kind of entry {entry.Kind}");
        }
    }

    // It comes with every attempt of that machine.
    private void TellDuplicate(string machineId)
    {
        lock (_gate)
        {
            if (machineId == _duplicate && _time.GetElapsedTime(_duplicateToldAt) < s_duplicateInterval)
                return;
            _duplicate = machineId;
            _duplicateToldAt = _time.GetTimestamp();
        }

        _logger.DuplicateMachine(machineId);
    }

    private LeaseReply Release(LeaderTerm term, LeaseRenewal renewal)
    {
        if (!term.Release(renewal))
            return new LeaseReply.Duplicate(
                $"another machine, or this one after a restart, holds the lease of machine {renewal.MachineId}");
        _logger.LeaseReleased(renewal.MachineId);
        return new LeaseReply.Released();
    }

    // The first contact takes a moment.
    private async Task BeginningAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task begun = WaitForChangeAsync(null, limit.Token);
        await Task.WhenAny(begun, Task.Delay(s_beginning, _time, limit.Token));
        await limit.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}
