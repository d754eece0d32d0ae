using Microsoft.Extensions.Logging;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace CoreNode.Hosting;

/// <summary>
/// Loggers of the framework's kind that write to one of Serilog, which goes with them. Every log message has a type of
/// its own, and what is generic over them is compiled for each: so that part is a few lines here, where the package
/// made for this puts all it does into it (0.2 MB of the executable).
/// </summary>
internal sealed class SerilogLoggers(Logger target) : ILoggerFactory
{
    private const string OriginalFormat = "{OriginalFormat}";

    /// <inheritdoc/>
    public Microsoft.Extensions.Logging.ILogger CreateLogger(string categoryName) => new Category(target);

    /// <summary>There is one provider, Serilog; its sinks decide where events go.</summary>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <summary>Ends the logger behind these.</summary>
    public void Dispose() => target.Dispose();

    private static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Critical => LogEventLevel.Fatal,
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Debug => LogEventLevel.Debug,
        _ => LogEventLevel.Verbose,
    };

    private sealed class Category(Logger target) : Microsoft.Extensions.Logging.ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && target.IsEnabled(LevelOf(logLevel));

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !TryWrite(LevelOf(logLevel), state, exception))
                WriteText(LevelOf(logLevel), formatter(state, exception), exception);
        }

        // What log methods hand over: the values by name and, last, the message's text with those names in it.
        private bool TryWrite(LogEventLevel level, object? state, Exception? exception)
        {
            if (state is not IReadOnlyList<KeyValuePair<string, object?>> values)
                return false;
            List<LogEventProperty> properties = [];
            string? template = null;
            for (int i = 0; i < values.Count; i++)
            {
                (string name, object? value) = values[i];
                if (name == OriginalFormat && value is string format)
                    template = format;
                else if (target.BindProperty(name, value, false, out LogEventProperty? property))
                    properties.Add(property);
            }

            if (template is null)
                return false;
            Write(level, template, properties, exception);
            return true;
        }

        private void WriteText(LogEventLevel level, string text, Exception? exception) =>
            Write(level, "{Message:l}", [new LogEventProperty("Message", new ScalarValue(text))], exception);

        private void Write(
            LogEventLevel level, string template, List<LogEventProperty> properties, Exception? exception) =>
            target.Write(new LogEvent(
                DateTimeOffset.UtcNow, level, exception, new MessageTemplateParser().Parse(template), properties));
    }
}
