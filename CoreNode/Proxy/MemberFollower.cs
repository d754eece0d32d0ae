using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Proxy;

/// <summary>
/// Follows the members of a cluster: finds them by the peer URLs of the options or by what it remembers, asks them
/// (home every 2 s, the others every 30 s, and at once after a failure) who they are, and keeps the list on disk, so
/// that a worker also restarts when all members that it was told of have been replaced. In: what requests meet. Out:
/// <see cref="View"/>. What holds: a member of another cluster is never asked by clients; while nobody answers it goes
/// on asking and never gives up. Any thread; probes run in <see cref="RunAsync"/>.
/// </summary>
public sealed partial class MemberFollower
{
    private readonly FollowerOptions _options;
    private readonly IMemberProbe _probe;
    private readonly MemberFile _file;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DateTimeOffset _start;
    private readonly long _startTimestamp;
    private readonly ulong _workerId;
    private readonly Lock _gate = new(); // _directory, _nudge
    private readonly MemberDirectory _directory;
    private TaskCompletionSource _nudge = NewNudge();
    private FollowerView _view = FollowerView.Empty;
    private TimeSpan _searchWait;
    private DateTimeOffset _searchAt = DateTimeOffset.MinValue;
    private DateTimeOffset _complainAt = DateTimeOffset.MinValue;
    private volatile bool _isAuthOn;
    private bool _isWritten = true;

    /// <summary>Reads what was remembered; asks nobody yet.</summary>
    public MemberFollower(
        FollowerOptions options, IFiles files, IMemberProbe probe, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _probe = probe;
        _time = time;
        _log = loggers.CreateLogger<MemberFollower>();
        _start = time.GetUtcNow();
        _startTimestamp = time.GetTimestamp();
        _file = new MemberFile(files, options.Folder);
        RememberedMembers? remembered = Remember();
        _workerId = remembered?.WorkerId ?? options.Seed;
        _directory = new MemberDirectory(_workerId, new Prng(options.Seed));
        _searchWait = options.MinSearchWait;
        if (remembered?.List is { } list)
            _directory.Learn(list, Now);
        Publish();
    }

    /// <summary>Told after <see cref="View"/> has changed, on the thread that changed it; must not block.</summary>
    public event Action? Changed;

    /// <summary>What is known now.</summary>
    public FollowerView View => Volatile.Read(ref _view);

    // Steps of the wall clock move nothing.
    private DateTimeOffset Now => _start + _time.GetElapsedTime(_startTimestamp);

    /// <summary>Asks, learns and remembers until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                TimeSpan wait = await RoundAsync(cancellation);
                await WaitAsync(wait, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>A request failed there.</summary>
    public void ReportFailure(Route route, string reason) =>
        Report(directory => directory.Fail(route, reason, Now), () => LogFails(route.ToString(), reason));

    /// <summary>A request was answered by a route that was passed over.</summary>
    public void ReportAnswer(Route route) =>
        Report(directory => directory.Answer(route, Now), () => LogAnswers(route.ToString()));

    /// <summary>A request was answered with a fault of the member's own (5xx).</summary>
    public void ReportDoubt(Route route)
    {
        lock (_gate)
        {
            if (_directory.Doubt(route, Now))
                _nudge.TrySetResult();
        }
    }

    private static TaskCompletionSource NewNudge() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RememberedMembers? Remember()
    {
        try
        {
            return _file.Read();
        }
        catch (Exception fault) when (fault is CorruptionException or IOException)
        {
            LogFileDamaged(_file.Path, fault.Message);
            return null;
        }
    }

    private void Report(Func<MemberDirectory, bool> tell, Action log)
    {
        bool isNews;
        lock (_gate)
        {
            isNews = tell(_directory);
            if (isNews)
                _nudge.TrySetResult();
        }

        if (!isNews)
            return;
        log();
        Publish();
    }

    private async Task<TimeSpan> RoundAsync(CancellationToken cancellation)
    {
        IReadOnlyList<Route> due;
        lock (_gate)
        {
            _nudge = NewNudge();
            due = _directory.Due(Now);
        }

        ProbeAnswer[] answers = await Task.WhenAll(due.Select(route => _probe.AskAsync(route, cancellation)));
        for (int i = 0; i < due.Count; i++)
            Take(due[i], answers[i]);
        LearnBest(due, answers);
        if (!View.HasWorking)
            await SearchAsync(cancellation);
        else
            _searchWait = _options.MinSearchWait;
        if (!_isWritten)
            Save();
        lock (_gate)
            return NextWait();
    }

    private TimeSpan NextWait()
    {
        DateTimeOffset next = _directory.NextDue ?? DateTimeOffset.MaxValue;
        if (!_directory.HasWorking && _searchAt < next)
            next = _searchAt;
        TimeSpan wait = next - Now;
        return wait > MemberDirectory.ReviewInterval ? MemberDirectory.ReviewInterval
            : wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellation)
    {
        if (wait == TimeSpan.Zero)
            return;
        using CancellationTokenSource timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task nudge;
        lock (_gate)
            nudge = _nudge.Task;
        await Task.WhenAny(Task.Delay(wait, _time, timer.Token), nudge);
        await timer.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private void Take(Route route, ProbeAnswer answer)
    {
        switch (answer)
        {
            case ProbeAnswer.Healthy healthy when IsOurs(healthy.List, route.Url):
                ReportAnswer(route);
                break;
            case ProbeAnswer.Healthy healthy:
                ReportFailure(route, $"it belongs to another cluster, {Hex(healthy.List.ClusterId)}");
                break;
            case ProbeAnswer.Ailing ailing:
                Report(d => d.Ail(route, ailing.Reason, Now), () => LogFails(route.ToString(), ailing.Reason));
                break;
            case ProbeAnswer.Failed failed:
                ReportFailure(route, failed.Reason);
                break;
            default:
                throw new InvalidOperationException("an unknown kind of answer");
        }
    }

    // Members may differ for a moment after a change: the list of the best one counts.
    private void LearnBest(IReadOnlyList<Route> asked, ProbeAnswer[] answers)
    {
        foreach (Route route in View.Order)
        {
            for (int i = 0; i < asked.Count; i++)
            {
                if (asked[i] == route && answers[i] is ProbeAnswer.Healthy healthy
                    && IsOurs(healthy.List, route.Url))
                {
                    LearnAuth(healthy.IsAuthOn);
                    Learn(healthy.List);
                    return;
                }
            }
        }
    }

    private void LearnAuth(bool isAuthOn)
    {
        if (_isAuthOn == isAuthOn)
            return;
        _isAuthOn = isAuthOn;
        Publish();
    }

    private async Task SearchAsync(CancellationToken cancellation)
    {
        DateTimeOffset now = Now;
        if (now < _searchAt)
            return;
        IReadOnlyList<string> urls = [.. PeerUrls().Distinct(StringComparer.Ordinal)];
        MemberList?[] lists = await Task.WhenAll(urls.Select(url => _probe.DescribeAsync(url, cancellation)));
        for (int i = 0; i < urls.Count; i++)
        {
            if (lists[i] is { } list && list.Members.Any(static m => m.ClientUrls.Count > 0)
                && IsOurs(list, urls[i]) && Learn(list))
            {
                _searchWait = _options.MinSearchWait;
                _searchAt = DateTimeOffset.MinValue;
                return;
            }
        }

        _searchAt = Now + _searchWait;
        _searchWait = _searchWait * 2 < _options.MaxSearchWait ? _searchWait * 2 : _options.MaxSearchWait;
        Complain(urls);
    }

    private IEnumerable<string> PeerUrls()
    {
        foreach (string url in _options.InitialPeerUrls)
            yield return url;
        foreach (string url in View.List?.Members.SelectMany(static m => m.PeerUrls) ?? [])
            yield return url;
    }

    private void Complain(IReadOnlyList<string> peerUrls)
    {
        if (Now < _complainAt)
            return;
        _complainAt = Now + _options.ComplainInterval;
        IEnumerable<string> clients = View.Reports
            .Select(static r => r.Reason.Length == 0 ? r.Route.ToString() : $"{r.Route}: {r.Reason}");
        LogNobody(string.Join("; ", clients.Concat(peerUrls.Select(static url => $"peer {url}"))));
    }

    private bool IsOurs(MemberList list, string url)
    {
        if (View.List is not { } own || own.ClusterId == list.ClusterId)
            return true;
        if (Now >= _complainAt)
        {
            _complainAt = Now + _options.ComplainInterval;
            LogOtherCluster(url, Hex(list.ClusterId), Hex(own.ClusterId), _file.Path);
        }

        return false;
    }

    private bool Learn(MemberList list)
    {
        bool isChanged;
        lock (_gate)
            isChanged = _directory.Learn(list, Now);
        if (!isChanged)
            return false;
        Publish();
        _isWritten = false;
        LogMembers(Hex(list.ClusterId), string.Join(", ", list.Members.Select(static m =>
            $"{(m.Name.Length == 0 ? m.Id.ToString() : m.Name)} ({string.Join(' ', m.ClientUrls)})")));
        return true;
    }

    private void Save()
    {
        try
        {
            _file.Write(new RememberedMembers(_workerId, View.List));
            _isWritten = true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (Now < _complainAt)
                return;
            _complainAt = Now + _options.ComplainInterval;
            LogFileNotWritten(_file.Path, fault.Message);
        }
    }

    private void Publish()
    {
        lock (_gate)
        {
            Volatile.Write(ref _view, new FollowerView(_directory.List, _directory.Order, _directory.Reports)
            {
                IsAuthOn = _isAuthOn,
            });
        }

        Changed?.Invoke();
    }

    private static string Hex(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);
}
