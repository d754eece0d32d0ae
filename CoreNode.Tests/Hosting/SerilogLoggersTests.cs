using CoreNode.Hosting;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Hosting;

/// <summary>What becomes of a log call on its way to stderr.</summary>
[TestFixture, Category("Unit")]
internal sealed partial class SerilogLoggersTests
{
    [Test]
    public void Values_stand_in_the_text_under_their_names() =>
        Assert.That(Written("info", log => Took(log, "a \"b\"", 5)), Is.EqualTo("<6>unit a \"b\" took 5 ms\n"));

    [Test]
    public void Text_of_a_call_without_values_is_kept_as_it_is() => Assert.That(
        Written("info", log => log.Log(LogLevel.Warning, default, "{not} a template", null, (s, _) => s + "!")),
        Is.EqualTo("<4>{not} a template!\n"));

    [Test]
    public void Levels_below_the_one_asked_for_are_not_written_and_not_enabled() => Assert.That(
        Written("warning", log =>
        {
            Assert.That(log.IsEnabled(LogLevel.Information), Is.False);
            Assert.That(log.IsEnabled(LogLevel.None), Is.False);
            Assert.That(log.IsEnabled(LogLevel.Error));
            Took(log, "a", 5);
        }),
        Is.Empty);

    [Test]
    public void An_exception_is_told_with_its_message() => Assert.That(
        Written("info", log => Failed(log, new IOException("disk full"))),
        Is.EqualTo("<4>write failed: disk full\n"));

    [LoggerMessage(1, LogLevel.Information, "unit {Unit} took {Took} ms")]
    private static partial void Took(ILogger logger, string unit, int took);

    [LoggerMessage(2, LogLevel.Warning, "write failed")]
    private static partial void Failed(ILogger logger, Exception fault);

    private static string Written(string level, Action<ILogger> log)
    {
        using StringWriter target = new();
        using (ILoggerFactory loggers = Logging.Create(level, target, isJournal: true))
            log(loggers.CreateLogger("any"));
        return target.ToString();
    }
}
