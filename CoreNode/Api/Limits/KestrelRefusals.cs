using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Limits;

/// <summary>
/// Counts what Kestrel itself refuses. It tells that to its log only, in words for a developer at a level that nobody
/// has switched on; what an operator wants to know of it is how often, and under which limit.
/// </summary>
internal sealed class KestrelRefusals(ILoggerFactory inner, LimitLog log) : ILoggerFactory
{
    private const string Category = "Microsoft.AspNetCore.Server.Kestrel.BadRequests";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName)
    {
        ILogger logger = inner.CreateLogger(categoryName);
        return categoryName == Category ? new Counter(logger, log) : logger;
    }

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>Leaves the factory alone: it belongs to whoever made it.</summary>
    public void Dispose()
    {
    }

    private sealed class Counter(ILogger inner, LimitLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (Kind(eventId.Name, exception as BadHttpRequestException) is { } kind)
                log.Refused(kind, null);
            if (inner.IsEnabled(logLevel))
                inner.Log(logLevel, eventId, state, exception, formatter);
        }

        // A body that is too slow is told of twice: by its name, and as a bad request with the status of its answer.
        private static LimitKind? Kind(string? name, BadHttpRequestException? bad) => name switch
        {
            "RequestBodyMinimumDataRateNotSatisfied" => LimitKind.SlowBody,
            "ConnectionBadRequest" => bad?.StatusCode switch
            {
                414 or 431 => LimitKind.Head,
                408 when bad.Message.Contains("headers", StringComparison.Ordinal) => LimitKind.HeadTime,
                _ => null,
            },
            _ => null,
        };
    }
}
