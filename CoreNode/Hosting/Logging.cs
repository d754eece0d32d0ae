using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace CoreNode.Hosting;

/// <summary>Serilog behind the framework's interfaces; the only folder that knows it.</summary>
internal static class Logging
{
    /// <summary>A factory that writes to stderr in the form that suits its reader.</summary>
    internal static ILoggerFactory Create(string level, TextWriter target, bool isJournal)
    {
        Logger logger = new LoggerConfiguration()
            .MinimumLevel.Is(Level(level))
            .WriteTo.Sink(new StderrSink(target, isJournal))
            .CreateLogger();
        return new SerilogLoggers(logger);
    }

    private static LogEventLevel Level(string level) => level switch
    {
        "debug" => LogEventLevel.Debug,
        "warning" => LogEventLevel.Warning,
        "error" => LogEventLevel.Error,
        _ => LogEventLevel.Information,
    };
}
