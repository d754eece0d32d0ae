using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Overlay;

/// <summary>
/// One network on this machine: follows its configuration and leases, keeps the own lease, and keeps the kernel as it
/// is to be. Everything that happens comes as a message; what has come by then is taken together, so that many peers at
/// once are few changes of the kernel. Nothing is taken back when it stops.
/// </summary>
internal sealed partial class OverlayLoop : IDisposable
{
    private const int QueueLength = 1000;

    private static readonly TimeSpan s_kernelPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_storeReadEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_lastKernelRetry = TimeSpan.FromSeconds(10);

    private readonly OverlayServiceParts _parts;
    private readonly OverlayKeys _keys;
    private readonly ILogger _logger;
    private readonly Channel<OverlayMessage> _queue;
    private readonly OverlayClock _clock;
    private readonly LeaseKeeper _lease;
    private readonly KeyFollower _configs;
    private readonly KeyFollower _leases;
    private readonly KernelKeeper _kernel;
    private readonly LeaseBook _book = new();
    private readonly Faults _faults = new();
    private readonly SortedDictionary<string, string> _away = new(StringComparer.Ordinal);
    private OverlayConfig? _config;
    private OverlayConfig? _candidate;
    private string? _configText;
    private bool _isConfigKnown;
    private IReadOnlyList<ConfigProblem> _configProblems = [];
    private DateTimeOffset? _awaySince;
    private SubnetEnv? _told;
    private (OverlayConfig Config, LeaseSubnets Subnets)? _complete;
    private bool _isKernelDue;
    private long _kernelNotBefore;
    private TimeSpan _kernelRetry = s_kernelPause;
    private long _retryAt = OverlayClock.Never;
    private long _lookAt;
    private volatile OverlayStatus _status;

    public OverlayLoop(OverlayServiceParts parts, string network)
    {
        _parts = parts;
        _keys = new OverlayKeys(parts.Options.Prefix, network);
        _logger = parts.Logger;
        _queue = Channel.CreateBounded<OverlayMessage>(QueueLength);
        _clock = new OverlayClock(parts.Time, () => _queue.Writer.TryWrite(new OverlayMessage.Tick()));
        Prng chance = parts.Chance.Child(network);
        _lease = new LeaseKeeper(parts.Client, _keys, _clock, chance.Child("lease"), _queue.Writer);
        _lease.Memory.Previous = parts.Options.Previous.GetValueOrDefault(network);
        _configs = new KeyFollower(
            parts.Client, _keys.Config, s_storeReadEvery, parts.Time, chance.Child("config"), _queue.Writer);
        _leases = new KeyFollower(
            parts.Client, _keys.Subnets, null, parts.Time, chance.Child("leases"), _queue.Writer);
        _kernel = new KernelKeeper(parts, network);
        _status = new OverlayStatus { Network = network, Waiting = ["it has not begun yet"] };
    }

    /// <summary>How it stands. Any thread.</summary>
    public OverlayStatus Status => _status;

    /// <summary>Somebody changed the kernel's network. Any thread.</summary>
    public void KernelChanged() => _queue.Writer.TryWrite(new OverlayMessage.KernelChanged());

    /// <summary>Goes on until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] followers = [_configs.RunAsync(ending.Token), _leases.RunAsync(ending.Token)];
        try
        {
            while (true)
            {
                Take(await _queue.Reader.ReadAsync(stop));
                for (int more = 0; more < QueueLength && _queue.Reader.TryRead(out OverlayMessage? message); more++)
                    Take(message);
                Settle(stop);
                _clock.RingAt(DueAt());
            }
        }
        finally
        {
            await ending.CancelAsync();
            Dispose();
            await Task.WhenAll([.. followers, _lease.Idle]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>No alarm rings any more; <see cref="RunAsync"/> calls it at its end.</summary>
    public void Dispose() => _clock.Dispose();

    private void Take(OverlayMessage message)
    {
        switch (message)
        {
            case OverlayMessage.Listed { Key: var key } listed:
                TakeBack(key);
                if (key == _keys.Config)
                    TakeConfig(listed.Node?.Value);
                else
                    _book.List(LeaseNodes.ReadAll(_keys, listed.Node), listed.Index);
                _isKernelDue = true;
                break;
            case OverlayMessage.Changed { Key: var key, Change: var change }:
                if (key == _keys.Config)
                    TakeConfig(IsGone(change) ? null : change.Node.Value);
                else
                    TakeLease(change);
                _isKernelDue = true;
                break;
            case OverlayMessage.Away away:
                TakeAway(away);
                break;
            case OverlayMessage.Answered answered:
                TakeAnswer(answered);
                _isKernelDue = true;
                break;
            case OverlayMessage.KernelChanged:
                // What failed is tried again at its own pace: own attempts are changes, too.
                _isKernelDue |= _retryAt == OverlayClock.Never;
                break;
            case OverlayMessage.Tick:
                break;
            default:
                throw new InvalidOperationException($"no such message: {message.GetType().Name}");
        }
    }

    private void TakeConfig(string? text)
    {
        if (_isConfigKnown && text == _configText)
            return;
        _isConfigKnown = true;
        _configText = text;
        _candidate = null;
        _configProblems = [];
        if (text is null)
        {
            if (_config is not null)
                LogConfigGone(_keys.Config);
            return;
        }

        ConfigReading reading = ConfigJson.Read(text);
        _candidate = reading.Config;
        Refuse(reading.Problems);
    }

    private void Refuse(IReadOnlyList<ConfigProblem> problems)
    {
        _configProblems = problems;
        if (problems.Count > 0)
            LogConfigRefused(_keys.Config, string.Join("; ", problems));
    }

    private void TakeLease(KvChange change)
    {
        _book.Follow(change.Node.ModifiedIndex);
        if (!IsGone(change))
        {
            if (LeaseNodes.Read(_keys, change.Node) is { } stored)
                _book.Put(stored);
        }
        else if (_keys.NameOf(change.Node.Key) is { } name)
        {
            _book.Remove(name, change.Node.ModifiedIndex);
        }
        else
        {
            // The directory, or one around it.
            _book.List([], change.Node.ModifiedIndex);
        }

        _lease.Memory.Refused.Clear();
    }

    private void TakeAway(OverlayMessage.Away away)
    {
        if (_away.Count == 0)
        {
            _awaySince = _clock.Wall;
            LogAway(_keys.Subnets, away.Reason);
        }

        _away[away.Key] = away.Reason;
    }

    private void TakeBack(string key)
    {
        if (_away.Remove(key) && _away.Count == 0)
        {
            _awaySince = null;
            LogBack(_keys.Subnets);
        }

        _lease.Hurry();
    }

    private void TakeAnswer(OverlayMessage.Answered answered)
    {
        HeldLease? before = _lease.Memory.Held;
        if (_lease.Take(answered, _book, out string fault))
            _leases.Relist();
        if (fault.Length > 0 && _faults.Add(_clock.Wall, fault))
            LogLeaseNotWritten(_keys.Subnets, fault);
        if (_lease.Memory.Held is { } held && held != before)
            LogLeased(held.Subnets, _keys.Subnets, answered.Step is LeaseStep.Create ? "taken" : "written");
        else if (answered is { Step: LeaseStep.Rewrite, Outcome: KvOutcome.Done })
            LogRenewed(_keys.Subnets, _lease.Memory.Held!.Subnets);
    }

    // One turn: configuration, then the lease, then the kernel, as far as each can be known.
    private void Settle(CancellationToken stop)
    {
        if (_clock.Now >= _lookAt)
        {
            _lookAt = _clock.Now + s_lookEvery.Ticks;
            _isKernelDue = true;
        }

        _isKernelDue |= _clock.Now >= _retryAt;

        try
        {
            if (_isKernelDue && (_candidate ?? _config) is not null)
                Look();
            if (_config is not null && _kernel.Own is { } own)
            {
                while (_lease.Next(_config, _book, own, stop) is { } step)
                    Note(step);
            }

            if (_isKernelDue && _config is not null && _clock.Now >= _kernelNotBefore)
                KeepKernel(_config);
        }
        catch (NetworkException fault)
        {
            if (_faults.Add(_clock.Wall, fault.Message))
                LogKernelMute(fault.Message);
            PauseKernel(failed: true);
            _isKernelDue = false;
        }

        Publish();
    }

    private void Look()
    {
        if (_candidate is { } next)
        {
            IReadOnlyList<ConfigProblem> problems = _kernel.ProblemsOf(next, _lease.Memory.Held?.Subnets);
            if (problems.Count == 0)
            {
                if (_config is not null && next != _config)
                    LogConfigChanged(_keys.Config);
                _config = next;
                _lease.Hurry();
            }
            else
            {
                Refuse(problems);
            }

            _candidate = null;
        }

        if (_config is not null)
            _kernel.Look(_config);
    }

    private void Note(LeaseStep step)
    {
        if (step is LeaseStep.Lost lost)
        {
            string reason = $"the lease of {lost.Held.Subnets} was taken by "
                + (lost.Entry.Value?.ToString() ?? "somebody unknown")
                + (_kernel.Own is { } own && lost.Entry.Value?.HasAddressOf(own.Value) == true
                    ? ", which has this machine's own address: give one of both another address" : "")
                + "; another subnet is leased, and containers have to be started anew";
            _faults.Add(_clock.Wall, reason);
            LogLost(_keys.Subnets, reason);
            _isKernelDue = true;
            _kernelNotBefore = 0;
        }
        else if (step is LeaseStep.Shared shared)
        {
            LeaseValue value = _kernel.Own!.Value;
            string reason = $"the lease of {shared.Held.Subnets} is written by somebody else with this machine's "
                + $"address ({value.PublicV4 ?? value.PublicV6}): give one of two machines that have it another "
                + "address, or stop the flanneld on this one";
            if (_faults.Add(_clock.Wall, reason))
                LogShared(_keys.Subnets, reason);
        }
        else if (step is LeaseStep.Full)
        {
            _faults.Add(_clock.Wall, _lease.Trouble);
            LogFull(_keys.Subnets, _lease.Trouble);
        }
    }

    private void KeepKernel(OverlayConfig config)
    {
        if (_kernel.Own is null || !_book.IsListed)
            return;
        HeldLease? held = _lease.Memory.Held;
        bool isWell = true;
        foreach (NetworkFault fault in _kernel.Keep(config, _book, held))
        {
            isWell &= fault.IsDone;
            if (!_faults.Add(_clock.Wall, fault.Message))
                continue;
            if (fault.IsDone)
                LogKernelNote(_keys.Subnets, fault.Message);
            else
                LogKernelFault(fault.Change.ToString(), fault.Message);
        }

        if (_kernel.Mended.Length > 0 && _faults.Add(_clock.Wall, _kernel.Mended))
            LogMended(_keys.Subnets, _kernel.Mended);
        PauseKernel(!isWell);
        _isKernelDue = _kernel.IsUnsure;
        _complete = held is not null && isWell && !_kernel.IsUnsure ? (config, held.Subnets) : null;
        if (held is not null && isWell)
            Tell(config, held);
    }

    private void PauseKernel(bool failed)
    {
        _kernelRetry = !failed ? s_kernelPause
            : _kernelRetry * 2 < s_lastKernelRetry ? _kernelRetry * 2 : s_lastKernelRetry;
        _kernelNotBefore = _clock.Now + s_kernelPause.Ticks;
        _retryAt = failed ? _clock.Now + _kernelRetry.Ticks : OverlayClock.Never;
    }

    private void Tell(OverlayConfig config, HeldLease held)
    {
        SubnetEnv env = new(
            config.V4?.Network, config.V6?.Network, held.Subnets, WantedNetwork.Mtu(config, _kernel.Own!.Below),
            _parts.Options.IsMasqueraded);
        if (env == _told)
            return;
        string fault = _parts.Leased(_keys.Network, env);
        if (fault.Length == 0)
            _told = env;
        else if (_faults.Add(_clock.Wall, fault))
            LogNotTold(fault);
    }

    private long DueAt()
    {
        long kernel = _isKernelDue && _config is not null && _kernel.Own is not null && _book.IsListed
            ? _kernelNotBefore : OverlayClock.Never;
        long lease = _config is not null && _kernel.Own is not null && _book.IsListed
            ? _lease.DueAt : OverlayClock.Never;
        return Math.Min(Math.Min(kernel, lease), Math.Min(_retryAt, _lookAt));
    }

    private void Publish()
    {
        HeldLease? held = _lease.Memory.Held;
        List<string> waiting = Waiting();
        // Another look that is due says nothing yet: every container that starts brings one.
        bool isComplete = held is not null && _config is not null && _complete == (_config, held.Subnets)
            && _retryAt == OverlayClock.Never;
        _status = new OverlayStatus
        {
            Network = _keys.Network,
            IsReady = isComplete && waiting.Count == 0,
            Waiting = waiting,
            Config = _config,
            ConfigProblems = _configProblems,
            Interface = _kernel.Own?.Below.Name ?? "",
            Lease = held,
            Own = _kernel.Own?.Value,
            Until = _lease.Until is { } until ? _clock.WallOf(until) : null,
            RenewalAt = _lease.RenewAt == OverlayClock.Never ? null : _clock.WallOf(_lease.RenewAt),
            Mtu = _config is not null && _kernel.Own is not null ? WantedNetwork.Mtu(_config, _kernel.Own.Below) : 0,
            StoreAwaySince = _awaySince,
            Peers = _kernel.Peers,
            Faults = _faults.All,
        };
    }

    private List<string> Waiting()
    {
        List<string> waiting = [];
        foreach (string reason in _away.Values)
        {
            if (waiting.Count == 0)
                waiting.Add($"the store does not answer: {reason}; what is there stays as it is");
        }

        if (_isConfigKnown && _configText is null)
        {
            waiting.Add(_config is null
                ? $"there is no configuration yet at {_keys.Config}; write one with: corenode overlay set"
                : $"the configuration {_keys.Config} was removed; the last one is followed");
        }

        if (_configProblems.Count > 0)
            waiting.Add($"the configuration {_keys.Config} is refused: {string.Join("; ", _configProblems)}");
        if (_kernel.Trouble.Length > 0)
            waiting.Add(_kernel.Trouble);
        if (_lease.Trouble.Length > 0)
            waiting.Add(_lease.Trouble);
        return waiting;
    }

    private static bool IsGone(KvChange change) =>
        change.Action is KeyAction.Delete or KeyAction.CompareAndDelete or KeyAction.Expire;
}
