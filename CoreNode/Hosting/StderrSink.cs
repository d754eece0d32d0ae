using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace CoreNode.Hosting;

/// <summary>
/// One line an event. For the journal: a priority prefix (sd-daemon(3)) and no time, which the journal has itself.
/// Otherwise time and level. An exception's trace follows on indented lines of the same priority.
/// </summary>
internal sealed class StderrSink(TextWriter target, bool isJournal) : ILogEventSink
{
    private static readonly MessageTemplateTextFormatter s_message = new("{Message:lj}", CultureInfo.InvariantCulture);

    private readonly Lock _gate = new();

    public void Emit(LogEvent logEvent)
    {
        StringBuilder text = new();
        AppendPrefix(text, logEvent);
        text.Append(Message(logEvent));
        if (logEvent.Exception is { } fault)
            AppendFault(text, logEvent, fault);
        text.Append('\n');
        lock (_gate)
        {
            target.Write(text);
            target.Flush();
        }
    }

    // A line break in a value must not begin a line that looks like another event.
    private static string Message(LogEvent logEvent)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        s_message.Format(logEvent, text);
        return text.ToString().Replace("\n", " ", StringComparison.Ordinal);
    }

    private void AppendPrefix(StringBuilder text, LogEvent logEvent)
    {
        if (isJournal)
            text.Append('<').Append(Priority(logEvent.Level)).Append('>');
        else
        {
            DateTime time = logEvent.Timestamp.UtcDateTime;
            text.Append(time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture))
                .Append(' ').Append(Word(logEvent.Level)).Append(' ');
        }
    }

    private void AppendFault(StringBuilder text, LogEvent logEvent, Exception fault)
    {
        text.Append(": ").Append(fault.Message.Replace("\n", " ", StringComparison.Ordinal));
        if (logEvent.Level < LogEventLevel.Error)
            return;
        foreach (string line in fault.ToString().Split('\n'))
        {
            text.Append('\n');
            if (isJournal)
                text.Append('<').Append(Priority(logEvent.Level)).Append('>');
            text.Append("  ").Append(line.TrimEnd());
        }
    }

    private static int Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => 2,
        LogEventLevel.Error => 3,
        LogEventLevel.Warning => 4,
        LogEventLevel.Information => 6,
        _ => 7,
    };

    private static string Word(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "fatal",
        LogEventLevel.Error => "error",
        LogEventLevel.Warning => "warn ",
        LogEventLevel.Information => "info ",
        _ => "debug",
    };
}
