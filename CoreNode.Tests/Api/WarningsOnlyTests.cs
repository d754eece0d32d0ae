using CoreNode.Api;
using CoreNode.Tests.Foundation;
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
        using RecordedLog recorder = new();
        using WarningsOnly filter = new(recorder);
        ILogger logger = filter.CreateLogger("x");
        Assert.That(logger.IsEnabled(level), Is.EqualTo(passes));
        logger.Log(level, default, "text", null, static (text, _) => text);
        Assert.That(recorder.Lines, Is.EqualTo(passes ? ["text"] : Array.Empty<string>()));
    }
}
