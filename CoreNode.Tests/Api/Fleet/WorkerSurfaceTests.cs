using CoreNode.Api.Client;
using CoreNode.Api.Fleet;
using CoreNode.Foundation;
using CoreNode.Tests.Api.Relay;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>A worker serves units itself, on the members' store, and passes on what it does not serve.</summary>
[TestFixture, Category("Unit")]
internal sealed class WorkerSurfaceTests
{
    private const string Hello = "[Service]\nExecStart=/bin/true\n";

    [Test]
    public async Task Units_are_the_same_at_a_worker_and_at_a_member()
    {
        await using FleetHarness member = await FleetHarness.StartLocalAsync();
        Assert.That(ClientEndpoint.TryParse(member.Api.Url.ToString(), out ClientEndpoint? endpoint, out _), Is.True);
        using V2Client store = new(new ClientOptions { Endpoints = [endpoint!] });
        await using FleetSurface surface = new(
            new FleetOptions(), store, static () => null, member.Machines, member.Machines, new MetricRegistry(),
            TimeProvider.System, NullLoggerFactory.Instance);
        await using RelayHarness worker = await RelayHarness.StartAsync(
            surface, member.Api.Url.GetLeftPart(UriPartial.Authority));
        RawAnswer made = await worker.AskAsync(
            "PUT", "/fleet/v1/units/a.service", FleetHarness.Json, FleetHarness.Body("a.service", Hello));
        Assert.That(made.Status, Is.EqualTo(201), made.Body);
        RawAnswer here = await worker.AskAsync("GET", "/fleet/v1/units");
        RawAnswer there = await member.UntilAsync("/fleet/v1/units", a => a.Body.Contains("a.service"));
        Assert.That(here.Body, Is.EqualTo(there.Body));
        Assert.That((await worker.AskAsync("OPTIONS", "/corenode/v1/units")).Status, Is.EqualTo(405));
        Assert.That((await worker.AskAsync("GET", "/v2/keys/")).Status, Is.EqualTo(200), "passed on");
        Assert.That(
            (await worker.AskAsync("GET", "/corenode/v1/nothing")).Status, Is.EqualTo(403), "passed on, and refused");
    }

    [Test]
    public async Task A_worker_that_serves_no_units_passes_requests_about_them_on()
    {
        await using FleetHarness member = await FleetHarness.StartLocalAsync();
        await using RelayHarness worker = await RelayHarness.StartAsync(
            member.Api.Url.GetLeftPart(UriPartial.Authority));
        Assert.That((await worker.AskAsync("GET", "/fleet/v1/units")).Status, Is.EqualTo(403), "a client listener");
    }
}
