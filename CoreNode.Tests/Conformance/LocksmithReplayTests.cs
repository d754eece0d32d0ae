using CoreNode.Tests.Api;

namespace CoreNode.Tests.Conformance;

/// <summary>locksmithctl's recorded requests beside CoreNode's own commands, on our surface.</summary>
[TestFixture, Category("Unit"), CancelAfter(120_000)]
internal sealed class LocksmithReplayTests
{
    [Test]
    public async Task They_share_the_lock()
    {
        await using ApiHarness api = await ApiHarness.StartAsync();
        await LocksmithScenario.PlayHereAsync(api.Url);
    }

    [Test]
    public async Task Who_waits_is_woken(CancellationToken stop)
    {
        await using ApiHarness api = await ApiHarness.StartAsync();
        await LocksmithScenario.WakeAsync(api.Url, stop);
    }
}
