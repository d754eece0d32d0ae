using CoreNode.Platform;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Platform;

/// <summary>What log methods call in the native executable.</summary>
[TestFixture, Category("Unit")]
internal sealed class LogFormTests
{
    [Test]
    public void A_message_has_its_values_by_name_and_its_text_last()
    {
        LogForm form = new(LogLevel.Warning, new EventId(7, "Slow"), "{Disk} took {Seconds:0.0} s");
        LoggedValues message = new(form, ["sda", 1.5]);
        Assert.That(message, Is.EqualTo(new KeyValuePair<string, object?>[]
        {
            new("Disk", "sda"),
            new("Seconds", 1.5),
            new("{OriginalFormat}", "{Disk} took {Seconds:0.0} s"),
        }));
        Assert.That(message.Count, Is.EqualTo(3));
    }

    [Test]
    public void A_message_is_written_with_level_event_and_exception()
    {
        Kept kept = new();
        Exception fault = new IOException("full");
        new LogForm(LogLevel.Error, new EventId(9, "Lost"), "{Path}: {Why}").Write(kept, "/a", "gone", fault);
        Assert.That(kept.Written, Is.EqualTo((LogLevel.Error, 9, "/a: gone", fault)));
    }

    [Test]
    public void A_value_stands_as_its_place_says_and_is_not_looked_into()
    {
        LogForm form = new(LogLevel.Warning, new EventId(7, "Slow"), "{Disk} took {Seconds:0.0} s, by {Who}");
        LoggedValues message = new(form, ["{Seconds:0.0} {Who}", 1.26, null]);
        Assert.That(message.ToString(), Is.EqualTo("{Seconds:0.0} {Who} took 1.3 s, by (null)"));
    }

    [Test]
    public void A_message_without_values_is_its_text()
    {
        Kept kept = new();
        new LogForm(LogLevel.Information, new EventId(1), "ready").Write(kept, null);
        Assert.That(kept.Written, Is.EqualTo((LogLevel.Information, 1, "ready", default(Exception))));
    }

    private sealed class Kept : ILogger
    {
        public (LogLevel Level, int Id, string Text, Exception? Fault) Written { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => NullLogger.Instance.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Written = (logLevel, eventId.Id, formatter(state, exception), exception);
    }
}
