using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Limits;

/// <summary>
/// Counts what limits refuse, and tells of each limit at most once in ten seconds: whoever floods a node must not flood
/// its journal, too. Any thread.
/// </summary>
internal sealed partial class LimitLog
{
    private const long QuietMilliseconds = 10_000;

    private readonly MetricCounter[] _refused;
    private readonly long[] _toldAt = new long[LimitTable.Rules.Count];
    private readonly long[] _untold = new long[LimitTable.Rules.Count];
    private readonly HeldLimits _limits;
    private readonly ILogger<LimitLog> _log;

    /// <summary>Registers the counters.</summary>
    public LimitLog(HeldLimits limits, MetricRegistry metrics, ILoggerFactory loggers)
    {
        _limits = limits;
        _log = loggers.CreateLogger<LimitLog>();
        _refused =
        [
            .. LimitTable.Rules.Select(r => metrics.Counter(
                "corenode_limit_refusals_total", "What limits refused or cut off, by limit.", $"limit=\"{r.Label}\"")),
        ];
        Array.Fill(_toldAt, -QuietMilliseconds);
    }

    /// <summary>A limit was met.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="client">Who met it; null if that is not known.</param>
    public void Refused(LimitKind kind, string? client)
    {
        int at = (int)kind;
        _refused[at].Increment();
        long untold = Interlocked.Increment(ref _untold[at]);
        long now = Environment.TickCount64;
        long told = Interlocked.Read(ref _toldAt[at]);
        if (now - told < QuietMilliseconds || Interlocked.CompareExchange(ref _toldAt[at], now, told) != told)
            return;
        Interlocked.Add(ref _untold[at], -untold);
        LogRefused(LimitTable.Rules[at].Message(_limits.Effective, _limits.Wanted), untold, client ?? "unknown");
    }

    /// <summary>Says that open files allow fewer connections than the limit.</summary>
    public void FewerFiles(long wanted, long possible) => LogFewerFiles(wanted, possible);

    [LoggerMessage(EventIds.Api + 30, LogLevel.Warning, "{Limit}; {Count} refused since the last line, last {Client}")]
    private partial void LogRefused(string limit, long count, string client);

    [LoggerMessage(
        EventIds.Api + 31, LogLevel.Information,
        "{Possible} connections instead of {Wanted}: the process may open no more files (LimitNOFILE, ulimit -n)")]
    private partial void LogFewerFiles(long wanted, long possible);
}
