using CoreNode.Api;
using CoreNode.Proxy;

namespace CoreNode.Tests.Api.Relay;

/// <summary>
/// A worker's own listeners keep the rules of a member's, and nothing of its own place or name goes on.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class RelayAccessTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    // An address that is not loopback, as every machine has one: all of 127/8 is, so a listener on all addresses.
    [TestCase("PUT", "/v2/keys/_coreos.com/x", 403)]
    [TestCase("PUT", "/v2/keys/%5fcoreos.com/x", 403)]
    [TestCase("DELETE", "/v2/members/1", 403)]
    [TestCase("PUT", "/v2/auth/enable", 403)]
    [TestCase("GET", "/corenode/v1/snapshot", 403)]
    [TestCase("GET", "/corenode/v1/units", 403)]
    [TestCase("PUT", "/v2/keys/a", 200)]
    [TestCase("GET", "/v2/keys/_coreos.com/x", 200)]
    [TestCase("GET", "/v2/members", 200)]
    public async Task What_a_member_refuses_on_an_open_listener_a_worker_refuses_too(
        string method, string target, int status)
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartOpenAsync(member.Url);
        RawAnswer answer = await worker.AskAsync(method, target);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        Assert.That(member.Requests, Has.Count.EqualTo(status == 200 ? 1 : 0));
    }

    [Test]
    public async Task Where_the_members_have_auth_on_they_decide()
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartOpenAsync(member.Url);
        Route route = worker.Follower.View.Order[0];
        worker.Probe.Clients[route.Url] = new ProbeAnswer.Healthy(worker.Follower.View.List!, IsAuthOn: true);
        await worker.FollowAsync();
        Assert.That(
            (await worker.AskAsync("PUT", "/v2/keys/_coreos.com/x", "Authorization: Basic cm9vdDp4\r\n")).Status,
            Is.EqualTo(200));
    }

    [TestCase("", true)]
    [TestCase("Via: 1.1 corenode\r\n", false)]
    [TestCase("Via: 1.0 other, 1.1 another\r\n", false)]
    public async Task A_member_takes_nobodys_identity_from_a_connection_that_is_a_proxys(string via, bool isKnown)
    {
        string socket = Path.Combine(Path.GetTempPath(), $"corenode-{Guid.NewGuid():n}.sock");
        await using ApiHarness member = await ApiHarness.StartAsync(new ApiOptions { UnixSocketPath = socket });
        await using RawClient client = await RawClient.OpenAsync(socket);
        RawAnswer answer = await client.AskAsync("GET", "/corenode/v1/units", via);

        // The tests' own process administers its member, unless somebody else stands behind it.
        Assert.That(answer.Status, Is.EqualTo(isKnown ? 404 : 403), answer.Body);
    }
}
