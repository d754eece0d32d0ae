using System.Text;
using CoreNode.Api;
using CoreNode.Api.Access;

namespace CoreNode.Tests.Api.Access;

/// <summary>What a request is about is told by its method and path alone.</summary>
[TestFixture, Category("Unit")]
internal sealed class SurfacesTests
{
    [TestCase("GET", "/v2/keys", Surface.ReadKeys)]
    [TestCase("HEAD", "/v2/keys/_coreos.com/fleet", Surface.ReadKeys)]
    [TestCase("PUT", "/v2/keys/a", Surface.WriteKeys)]
    [TestCase("PUT", "/v2/keys/_coreos.com", Surface.WriteGuardedKeys)]
    [TestCase("PUT", "/v2/keys/_coreos.com/", Surface.WriteGuardedKeys)]
    [TestCase("POST", "/v2/keys/coreos.com/network", Surface.WriteGuardedKeys)]
    [TestCase("DELETE", "/v2/keys/_coreos.com/fleet/job/a", Surface.WriteGuardedKeys)]
    [TestCase("PUT", "/v2/keys/_coreos.comx", Surface.WriteKeys)]
    [TestCase("PUT", "/v2/keys/_coreos", Surface.WriteKeys)]
    [TestCase("PUT", "/v2/keys/a/_coreos.com", Surface.WriteKeys)]
    [TestCase("PUT", "/v2/keys/COREOS.COM", Surface.WriteKeys)]
    [TestCase("DELETE", "/v2/keys/", Surface.WriteGuardedKeys)]
    [TestCase("DELETE", "/v2/keys", Surface.WriteGuardedKeys)]
    [TestCase("POST", "/v2/keys/", Surface.WriteKeys)]
    [TestCase("PUT", "/v2/keysfoo", Surface.Nothing)]
    [TestCase("GET", "/v2/members/leader", Surface.ReadMembers)]
    [TestCase("POST", "/v2/members", Surface.ChangeMembers)]
    [TestCase("DELETE", "/v2/members/1", Surface.ChangeMembers)]
    [TestCase("PATCH", "/v2/members/1", Surface.ChangeMembers)]
    [TestCase("GET", "/v2/membersx", Surface.Nothing)]
    [TestCase("GET", "/v2/auth/users", Surface.ReadAuth)]
    [TestCase("PUT", "/v2/auth/enable", Surface.ChangeAuth)]
    [TestCase("GET", "/v2/stats/self", Surface.Stats)]
    [TestCase("GET", "/v2/machines", Surface.Machines)]
    [TestCase("GET", "/version", Surface.Health)]
    [TestCase("GET", "/health", Surface.Health)]
    [TestCase("GET", "/metrics", Surface.Metrics)]
    [TestCase("GET", "/debug/vars", Surface.Variables)]
    [TestCase("GET", "/corenode/v1/status", Surface.Status)]
    [TestCase("POST", "/corenode/v1/status", Surface.Status)]
    [TestCase("GET", "/corenode/v1/snapshot", Surface.Snapshot)]
    [TestCase("GET", "/corenode/v1/statusx", Surface.Admin)]
    [TestCase("GET", "/corenode/v1/snapshot/", Surface.Admin)]
    [TestCase("GET", "/corenode/", Surface.Admin)]
    [TestCase("OPTIONS", "/corenode/v2/drain", Surface.Admin)]
    [TestCase("GET", "/fleet/v1/units", Surface.Admin)]
    [TestCase("GET", "/v1-alpha/units", Surface.Admin)]
    [TestCase("GET", "/v1-alpha", Surface.Admin)]
    [TestCase("GET", "/v1-alphabet", Surface.Nothing)]
    [TestCase("GET", "/corenode", Surface.Nothing)]
    [TestCase("GET", "", Surface.Nothing)]
    [TestCase("GET", "/", Surface.Nothing)]
    public void A_request_is_about_one_surface(string method, string path, Surface surface) =>
        Assert.That(Surfaces.Of(method, Encoding.UTF8.GetBytes(path)), Is.EqualTo(surface));

    [TestCase("", true)]
    [TestCase("localhost", true)]
    [TestCase("LocalHost:2379", true)]
    [TestCase("127.0.0.1", true)]
    [TestCase("127.0.0.1:2379", true)]
    [TestCase("10.1.2.3:80", true)]
    [TestCase("[::1]", true)]
    [TestCase("[::1]:2379", true)]
    [TestCase("evil.example", false)]
    [TestCase("evil.example:2379", false)]
    [TestCase("127.0.0.1.evil.example", false)]
    [TestCase("localhost.evil.example", false)]
    [TestCase("127.1", false)]
    [TestCase("2130706433", false)]
    [TestCase("0x7f.0.0.1", false)]
    [TestCase("300.1.1.1", false)]
    [TestCase("[evil]", false)]
    [TestCase("::1", false)]
    public void Names_are_told_from_addresses(string host, bool isNeutral) =>
        Assert.That(HostName.IsNeutral(host), Is.EqualTo(isNeutral));
}
