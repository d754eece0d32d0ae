using CoreNode.Api;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Api;

[TestFixture, Category("Unit")]
internal sealed class WarningsOnlyTests
{
    [TestCase(LogLevel.Debug, false)]
    [TestCase(LogLevel.Information, false)]
    [TestCase(LogLevel.Warning, true)]
    [TestCase(LogLevel.Error, true)]
    public void Only_warnings_and_worse_pass(LogLevel level, bool passes)
    {
        Recorder recorder = new();
        using WarningsOnly filter = new(recorder);
        ILogger logger = filter.CreateLogger("x");
        Assert.That(logger.IsEnabled(level), Is.EqualTo(passes));
        logger.Log(level, default, "text", null, static (text, _) => text);
        Assert.That(recorder.Lines, Is.EqualTo(passes ? ["text"] : Array.Empty<string>()));
    }

    private sealed class Recorder : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
