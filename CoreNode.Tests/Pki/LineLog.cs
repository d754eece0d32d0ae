using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Pki;

/// <summary>Keeps log lines as "Level id text".</summary>
internal sealed class LineLog
{
    public List<string> Lines { get; } = [];

    public ILogger<T> For<T>() => new Logger<T>(Lines);

    private sealed class Logger<T>(List<string> lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Add($"{logLevel} {eventId.Id} {formatter(state, exception)}");
    }
}
