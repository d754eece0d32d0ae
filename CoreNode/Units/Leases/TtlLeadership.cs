using System.Text.Json;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Units.Leases;

/// <summary>
/// Who decides where the store is an existing etcd: who holds fleet's key lease/engine-leader (A.2, A.5), which has a
/// lifetime. Its holder renews it by compare-and-swap and counts from before it sent the renewal, for less than the
/// lifetime. <see cref="RunAsync"/> is its loop. Any thread.
/// </summary>
public sealed class TtlLeadership : ILeadership
{
    private readonly Lock _gate = new(); // _current, _changed
    private readonly IKvClient _client;
    private readonly RegistryFollower _registry;
    private readonly string _key;
    private readonly string _value;
    private readonly string _machine;
    private readonly TtlTimes _times;
    private readonly TimeProvider _time;
    private StoreIndex _index;
    private TtlTerm? _current;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="client">The store.</param>
    /// <param name="registry">Follows the registry there: machines' keys at least.</param>
    /// <param name="machine">This machine's id.</param>
    /// <param name="times">Its times.</param>
    /// <param name="time">The clock that it counts by; at a machine that may sleep the boot clock.</param>
    public TtlLeadership(
        IKvClient client, RegistryFollower registry, string machine, TtlTimes times, TimeProvider time)
    {
        _client = client;
        _registry = registry;
        _machine = machine;
        _times = times;
        _time = time;
        _key = registry.Current.Keys.EngineLease;
        _value = RegistryValues.WriteEngineLease(machine);
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

    /// <summary>Tries to decide, until cancelled; then the key is given back.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                if (await TakeAsync(cancellation) is { } term)
                    await HoldAsync(term, cancellation);
                await Task.Delay(_times.Interval, _time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    // Looked at before it is tried: a failed write would grow the log of a cluster at rest.
    private async Task<TtlTerm?> TakeAsync(CancellationToken cancellation)
    {
        KvOutcome found = await AskAsync(
            stop => _client.GetAsync(_key, KvGetOptions.Linearizable, stop), cancellation);
        KvSetOptions options;
        if (found is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound))
            options = new KvSetOptions { MustExist = false, TimeToLive = _times.Lifetime };
        else if (found is KvOutcome.Done { Change.Node: var node } && IsOwn(node.Value))
            options = new KvSetOptions { PreviousIndex = node.ModifiedIndex, TimeToLive = _times.Lifetime };
        else
            return null;
        TimeSpan sentAt = Now();
        KvOutcome outcome = await AskAsync(stop => _client.SetAsync(_key, _value, options, stop), cancellation);
        if (outcome is not KvOutcome.Done done)
            return null;
        _index = done.Change.Node.ModifiedIndex;
        return new TtlTerm(_index, sentAt, _client, _registry, _times, _time);
    }

    private async Task HoldAsync(TtlTerm term, CancellationToken cancellation)
    {
        using (term)
        {
            Set(term);
            try
            {
                TimeSpan pause = _times.Interval;
                while (true)
                {
                    TimeSpan left = term.ValidUntil - Now();
                    if (left <= TimeSpan.Zero)
                        return;
                    await Task.Delay(pause < left ? pause : left, _time, cancellation);
                    if (!term.IsValid)
                        return;
                    TimeSpan sentAt = Now();
                    KvOutcome outcome = await RenewAsync(cancellation);
                    if (outcome is KvOutcome.Done done)
                    {
                        _index = done.Change.Node.ModifiedIndex;
                        term.Renewed(sentAt);
                    }
                    else if (outcome is KvOutcome.Refused { Error: var error } && !IsPassing(error))
                        return;
                    pause = outcome is KvOutcome.Done ? _times.Interval : _times.Interval / 4;
                }
            }
            finally
            {
                Set(null);
                await term.EndAsync();
                if (cancellation.IsCancellationRequested)
                    await ReleaseAsync();
            }
        }
    }

    private Task<KvOutcome> RenewAsync(CancellationToken cancellation)
    {
        KvSetOptions options = new() { PreviousIndex = _index, TimeToLive = _times.Lifetime, IsRefresh = true };
        return AskAsync(stop => _client.SetAsync(_key, "", options, stop), cancellation);
    }

    private async Task ReleaseAsync()
    {
        using CancellationTokenSource limit = new(_times.Interval, _time);
        await AskAsync(
            stop => _client.DeleteAsync(_key, new KvDeleteOptions { PreviousIndex = _index }, stop), limit.Token);
    }

    // No request takes so long that the next renewal comes too late.
    private async Task<KvOutcome> AskAsync(
        Func<CancellationToken, Task<KvOutcome>> ask, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using ITimer timer = _time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), limit, _times.Interval,
            Timeout.InfiniteTimeSpan);
        try
        {
            return await ask(limit.Token);
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new KvOutcome.Unknown("no answer in time");
        }
    }

    private bool IsOwn(string? value)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(value ?? "");
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("MachineID", out JsonElement machine)
                && machine.ValueEquals(_machine);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // What the store may get over without another one taking the key.
    private static bool IsPassing(KvError error) =>
        error.Is(ErrorCode.RaftInternal) || error.Is(ErrorCode.LeaderElection) || error.Code == 0;

    private void Set(TtlTerm? term)
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

    private TimeSpan Now() => _time.GetElapsedTime(0);
}
