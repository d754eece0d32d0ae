using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Fleet;

/// <summary>
/// How units stand, as this node sees it: a view of the registry that is followed from the first request on and given
/// up when nobody has asked for some minutes. The first request also says that this cluster uses units, which wakes
/// engine and agents. Any thread.
/// </summary>
internal sealed class UnitsRegistry : IAsyncDisposable
{
    private static readonly TimeSpan s_others = TimeSpan.FromMilliseconds(300);

    private readonly FleetOptions _options;
    private readonly IKvClient _store;
    private readonly RegistryWriter _writer;
    private readonly Func<RegistryFollower?> _shared;
    private readonly TimeProvider _time;
    private readonly ILogger<RegistryFollower> _log;
    private readonly CancellationTokenSource _stop = new();

    private readonly Lock _gate = new(); // _view, _users, _lastUse
    private View? _view;
    private int _users;
    private long _lastUse;
    private volatile bool _isAwake;
    private volatile bool _hasSeenSelf;

    /// <summary>Nothing is followed yet.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="store">The store.</param>
    /// <param name="writer">Writes to it.</param>
    /// <param name="shared">
    /// A follower of all of the registry that another part of this process runs; null while there is none.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where the follower logs.</param>
    public UnitsRegistry(
        FleetOptions options, IKvClient store, RegistryWriter writer, Func<RegistryFollower?> shared,
        TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _store = store;
        _writer = writer;
        _shared = shared;
        _time = time;
        _log = loggers.CreateLogger<RegistryFollower>();
        _hasSeenSelf = options.MachineId.Length == 0;
    }

    /// <summary>True while a view of its own is followed.</summary>
    public bool IsFollowing
    {
        get
        {
            lock (_gate)
                return _view is not null;
        }
    }

    /// <summary>Begins a request: the follower of the view, which has been listed. <see cref="End"/> ends it.</summary>
    /// <exception cref="RegistryAwayException">The store does not answer.</exception>
    public async Task<RegistryFollower> BeginAsync(CancellationToken cancellation)
    {
        Enter();
        try
        {
            await WakeAsync(cancellation);
            RegistryFollower follower = _shared() is { IsListed: true } shared ? shared : Follow();
            await WithinAsync(follower.WaitForListingAsync, _options.ViewTime, cancellation);
            return follower;
        }
        catch
        {
            End();
            throw;
        }
    }

    /// <summary>Ends a request that was begun.</summary>
    public void End()
    {
        lock (_gate)
        {
            _users--;
            _lastUse = _time.GetTimestamp();
        }
    }

    /// <summary>Waits until a write of this node is in the view; gives up silently, for the write is done.</summary>
    public async Task SeeAsync(RegistryFollower follower, StoreIndex index, CancellationToken cancellation)
    {
        try
        {
            await WithinAsync(token => follower.WaitForIndexAsync(index, token), _options.ViewTime, cancellation);
        }
        catch (RegistryAwayException)
        {
            // What was acknowledged will be seen later.
        }
    }

    /// <summary>
    /// The view with this machine in it: the first time waits a moment for the machine, which registers itself only
    /// once units are used.
    /// </summary>
    public async Task<RegistryState> WithSelfAsync(RegistryFollower follower, CancellationToken cancellation)
    {
        RegistryState state = follower.Current;
        if (_hasSeenSelf || state.Machine(_options.MachineId) is not null)
        {
            _hasSeenSelf = true;
            return state;
        }

        // Without it the others are shown: it runs no agent, or is slow.
        state = await WaitUntilAsync(
            follower, now => now.Machine(_options.MachineId) is not null, _options.RegistrationTime, cancellation);
        // Where this request woke units, the other machines come at the same moment: who asks first shall see them.
        if (state.Machine(_options.MachineId) is not null)
            state = await WaitUntilAsync(follower, static _ => false, s_others, cancellation);
        _hasSeenSelf = true;
        return state;
    }

    /// <summary>The first view for which something holds; the last one before the limit if it never does.</summary>
    public async Task<RegistryState> WaitUntilAsync(
        RegistryFollower follower, Func<RegistryState, bool> holds, TimeSpan limit, CancellationToken cancellation)
    {
        RegistryState state = follower.Current;
        try
        {
            await WithinAsync(
                async token =>
                {
                    while (!holds(state))
                        state = await follower.WaitForChangeAsync(state.Index, token);
                },
                limit, cancellation);
        }
        catch (RegistryAwayException)
        {
            // The caller looks at what it got.
        }

        return state;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        View? view;
        lock (_gate)
            view = _view;
        if (view is not null)
            await view.Closing;
        _stop.Dispose();
    }

    private static async Task IgnoreEndAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private async Task WakeAsync(CancellationToken cancellation)
    {
        if (_isAwake)
            return;
        WriteResult result = await _writer.WakeAsync(cancellation);
        if (!result.IsDone)
            throw new RegistryAwayException(result.Reason);
        _isAwake = true;
    }

    private void Enter()
    {
        lock (_gate)
            _users++;
    }

    private RegistryFollower Follow()
    {
        View view;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (_view is { } running)
                return running.Follower;
            view = new View(
                RegistryFollower.OfAll(_store, _options.Keys, _time, _log),
                CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
            _view = view;
        }

        view.Closing = FollowAsync(view);
        return view.Follower;
    }

    private async Task FollowAsync(View view)
    {
        Task following = view.Follower.RunAsync(view.Stop.Token);
        Task ageing = AgeAsync(view.Stop.Token);
        await Task.WhenAny(following, ageing);

        // From here on a request begins another one.
        lock (_gate)
            _view = null;
        await view.Stop.CancelAsync();
        await IgnoreEndAsync(following);
        await IgnoreEndAsync(ageing);
        view.Stop.Dispose();
    }

    // Ends when nobody has asked for long enough.
    private async Task AgeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(_options.IdleTime / 4, _time, cancellation);
            lock (_gate)
            {
                if (_users == 0 && _time.GetElapsedTime(_lastUse) >= _options.IdleTime)
                    return;
            }
        }
    }

    private async Task WithinAsync(
        Func<CancellationToken, Task> work, TimeSpan limit, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(limit, _time);
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await work(both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RegistryAwayException(
                $"the store has not told how units stand within {limit.TotalSeconds} s: has it a leader?");
        }
    }

    private sealed class View(RegistryFollower follower, CancellationTokenSource stop)
    {
        public RegistryFollower Follower { get; } = follower;

        public CancellationTokenSource Stop { get; } = stop;

        public Task Closing { get; set; } = Task.CompletedTask;
    }
}
