using CoreNode.Tests.Fuzzing;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>
/// The fuzzing of all surfaces where units are served, in this process: the native executable's client listeners, which
/// the other slice asks, refuse them.
/// </summary>
[TestFixture, Category("Fault")]
internal sealed class FleetFuzzTests
{
    private const int Requests = 4000;

    [TestCase(0x5EEDUL)]
    [TestCase(0xF1EE7UL)]
    public async Task Whatever_is_sent_about_units_is_answered_in_proper_HTTP(ulong seed)
    {
        await using FleetHarness api = await FleetHarness.StartLocalAsync();
        FuzzRun run = new(api.Url, seed);
        await Task.Factory.StartNew(
            () => run.Run(Requests), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.That(run.CheckStore, Throws.Nothing);
        Assert.That((await api.GetAsync("/corenode/v1/units")).Status, Is.EqualTo(200));
        Assert.That((await api.GetAsync("/fleet/v1/machines")).Status, Is.EqualTo(200));
    }
}
