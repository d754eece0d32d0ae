using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;
using Microsoft.Extensions.Logging;

namespace CoreNode.Units.Watching;

/// <summary>
/// Keeps a <see cref="RegistryState"/> up to date: lists, then watches from the listing's index on, and lists again
/// where the store no longer has the history. <see cref="RunAsync"/> is the one writer; everything else may be called
/// from any thread. It follows everything below the prefix, or one directory or key of it: an agent follows the
/// schedule of its machine only, and who waits for units to be used follows engine/version.
/// </summary>
public sealed partial class RegistryFollower
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);

    private readonly IKvClient _client;
    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly ILogger<RegistryFollower> _logger;

    // Fields: _state, _isListed, _changed. Held for a few instructions.
    private readonly Lock _gate = new();
    private RegistryState _state;
    private bool _isListed;
    private TaskCompletionSource _changed = NewSignal();
    private string _lastFault = "";

    /// <summary>A follower that has not begun.</summary>
    /// <param name="client">The store.</param>
    /// <param name="keys">Where the registry stands in it.</param>
    /// <param name="root">What to follow: the prefix, or a directory or key below it.</param>
    /// <param name="time">Paces new attempts.</param>
    /// <param name="logger">Told of what is damaged and of a store that is away.</param>
    public RegistryFollower(
        IKvClient client, RegistryKeys keys, string root, TimeProvider time, ILogger<RegistryFollower> logger)
    {
        _client = client;
        _root = root;
        _time = time;
        _logger = logger;
        _state = RegistryState.Empty(keys);
    }

    /// <summary>What is known now; empty before the first listing.</summary>
    public RegistryState Current
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>True once there was a listing; from then on <see cref="Current"/> is at most behind.</summary>
    public bool IsListed
    {
        get
        {
            lock (_gate)
                return _isListed;
        }
    }

    /// <summary>Follows all of a registry.</summary>
    public static RegistryFollower OfAll(
        IKvClient client, RegistryKeys keys, TimeProvider time, ILogger<RegistryFollower> logger) =>
        new(client, keys, keys.Prefix, time, logger);

    /// <summary>Returns a state newer than <paramref name="after"/> as soon as there is one.</summary>
    public async Task<RegistryState> WaitForChangeAsync(StoreIndex after, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_isListed && _state.Index > after)
                    return _state;
                changed = _changed.Task;
            }

            await WaitAsync(changed, cancellation);
        }
    }

    /// <summary>
    /// Returns a state that holds every change up to <paramref name="index"/>, which must be one of what is followed,
    /// such as a write of the caller: other changes of the store are not seen here.
    /// </summary>
    public async Task<RegistryState> WaitForIndexAsync(StoreIndex index, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_isListed && _state.Index >= index)
                    return _state;
                changed = _changed.Task;
            }

            await WaitAsync(changed, cancellation);
        }
    }

    /// <summary>Returns after the first listing.</summary>
    public Task<RegistryState> WaitForListingAsync(CancellationToken cancellation) =>
        WaitForIndexAsync(StoreIndex.Zero, cancellation);

    /// <summary>Follows until cancelled. To be called once.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        TimeSpan wait = s_shortestWait;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await ListAsync(cancellation))
            {
                wait = s_shortestWait;
                await WatchAsync(cancellation);
            }

            await Task.Delay(wait, _time, cancellation);
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, s_longestWait.Ticks));
        }
    }

    private async Task<bool> ListAsync(CancellationToken cancellation)
    {
        KvGetOptions options = new() { IsRecursive = true, IsSorted = true, IsQuorum = true };
        KvOutcome outcome = await _client.GetAsync(_root, options, cancellation);
        switch (outcome)
        {
            case KvOutcome.Done done:
                Publish(RegistryState.Of(Current.Keys, done.Change.Node, done.Change.Index));
                return true;
            case KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound):
                Publish(RegistryState.Of(Current.Keys, null, new StoreIndex(error.Index)));
                return true;
            case KvOutcome.Refused refused:
                Complain(refused.Error.ToString());
                return false;
            case KvOutcome.Unreachable unreachable:
                Complain(unreachable.Reason);
                return false;
            case KvOutcome.Unknown unknown:
                Complain(unknown.Reason);
                return false;
            default:
                throw new InvalidOperationException($"no such outcome: {outcome}");
        }
    }

    // Returns when a new listing is needed.
    private async Task WatchAsync(CancellationToken cancellation)
    {
        StoreIndex since = Current.Index.Next;
        await foreach (KvWatchItem item in _client.WatchAsync(_root, isRecursive: true, since, cancellation))
        {
            switch (item)
            {
                case KvWatchItem.Changed changed:
                    Publish(Current.Apply(changed.Change));
                    break;
                case KvWatchItem.HistoryLost lost when lost.Index >= Current.Index:
                    Publish(RegistryState.Of(Current.Keys, lost.Now, lost.Index));
                    break;
                case KvWatchItem.HistoryLost:
                    return;
                case KvWatchItem.Disconnected disconnected:
                    Complain(disconnected.Reason);
                    break;
                case KvWatchItem.Refused refused:
                    Complain(refused.Error.ToString());
                    return;
                default:
                    throw new InvalidOperationException($"no such item: {item}");
            }
        }
    }

    // A listing of a member that lags may be older than what is known: time does not run backwards for who decides.
    private void Publish(RegistryState state)
    {
        if (_lastFault.Length > 0)
            LogBack(_root);
        _lastFault = "";
        TaskCompletionSource signal;
        RegistryState before;
        lock (_gate)
        {
            before = _state;
            if (_isListed && state.Index < before.Index)
                return;
            _state = state;
            _isListed = true;
            signal = _changed;
            _changed = NewSignal();
        }

        foreach (KeyValuePair<string, string> problem in state.Problems)
        {
            if (!before.Problems.ContainsKey(problem.Key))
                LogDamaged(problem.Key, problem.Value);
        }

        signal.TrySetResult();
    }

    private void Complain(string reason)
    {
        if (_lastFault != reason)
            LogAway(_root, reason);
        _lastFault = reason;
    }

    // Whoever gives up wakes all who wait, and each looks again: what ends a wait is always the same signal, and the
    // simulator repeats it exactly.
    private async Task WaitAsync(Task changed, CancellationToken cancellation)
    {
        using CancellationTokenRegistration waking = cancellation.Register(Wake);
        await changed;
        cancellation.ThrowIfCancellationRequested();
    }

    private void Wake()
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            signal = _changed;
            _changed = NewSignal();
        }

        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
