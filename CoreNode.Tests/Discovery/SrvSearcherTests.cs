using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Discovery;

/// <summary>What a domain's SRV records lead to.</summary>
[TestFixture, Category("Unit")]
internal sealed class SrvSearcherTests
{
    private const string Plain = "_etcd-server._tcp.example.com";
    private const string Secure = "_etcd-server-ssl._tcp.example.com";

    private FakeNames _names = new();

    [SetUp]
    public void Renew()
    {
        _names = new FakeNames();
        foreach (int i in new[] { 1, 2, 3 })
            _names.Host($"m{i}.example.com", $"10.0.0.{i}");
    }

    [Test]
    public async Task A_machine_finds_itself_by_the_address_of_a_target()
    {
        _names.Serve(Plain, "m1.example.com:2380", "m2.example.com:2380", "m3.example.com:2390");
        SearchOutcome.Found found = await FoundAsync("10.0.0.2", "http://10.0.0.2:2380");
        Assert.That(Text(found), Is.EqualTo(
            "m1.example.com=http://m1.example.com:2380 10.0.0.2=http://m2.example.com:2380 "
            + "m3.example.com:2390=http://m3.example.com:2390"));
        Assert.That(found.Self?.Name, Is.EqualTo("10.0.0.2"));
    }

    [Test]
    public async Task Order_is_by_priority_on_every_machine()
    {
        _names.Serve(Plain, "m3.example.com:2380", "m1.example.com:2380");
        Assert.That(Text(await FoundAsync("a", "http://10.0.0.1:2380")), Does.StartWith("m3.example.com="));
        Assert.That(
            (await FoundAsync("a", "http://10.0.0.1:2380")).Members.Select(m => m.PeerUrls[0]),
            Is.EqualTo((await FoundAsync("b", "http://10.0.0.3:2380")).Members.Select(m => m.PeerUrls[0])));
    }

    [Test]
    public async Task Both_kinds_of_records_are_members_and_https_wins_where_both_name_one()
    {
        _names.Serve(Secure, "m1.example.com:2380");
        _names.Serve(Plain, "m1.example.com:2380", "m2.example.com:2380");
        SearchOutcome.Found found = await FoundAsync("a", "https://10.0.0.1:2380");
        Assert.That(Text(found), Is.EqualTo("a=https://m1.example.com:2380 m2.example.com=http://m2.example.com:2380"));
    }

    [Test]
    public async Task A_record_of_the_wrong_scheme_is_named()
    {
        _names.Serve(Secure, "m1.example.com:2380");
        Assert.That(await FailureAsync("a", "http://10.0.0.1:2380"), Does.Contain(
            "names this machine as https://m1.example.com:2380, but it serves a=http://10.0.0.1:2380"));
    }

    [Test]
    public async Task A_machine_that_is_not_named_is_no_member()
    {
        _names.Serve(Plain, "m1.example.com:2380", "m2.example.com:2380");
        Assert.That((await FoundAsync("x", "http://10.0.0.9:2380")).Self, Is.Null);
        Assert.That((await FoundAsync("x", "http://10.0.0.1:2381")).Self, Is.Null, "another port is another machine");
    }

    [Test]
    public async Task A_worker_has_no_place_to_find()
    {
        _names.Serve(Plain, "m1.example.com:2380");
        SearchOutcome outcome = await Searcher().RunAsync("example.com", null, new Prng(1), CancellationToken.None);
        Assert.That(((SearchOutcome.Found)outcome).Self, Is.Null);
    }

    [Test]
    public async Task Ten_targets_are_too_many()
    {
        _names.Serve(Plain, [.. Enumerable.Range(1, 10).Select(i => $"n{i}.example.com:2380")]);
        Assert.That(await FailureAsync("a", "http://n1.example.com:2380"), Does.Contain("names 10 members"));
    }

    [Test]
    public async Task A_domain_without_records_is_a_mistake() =>
        Assert.That(await FailureAsync("a", "http://10.0.0.1:2380"), Does.Contain("has no SRV records"));

    [Test]
    public async Task A_target_that_has_no_address_is_a_member_all_the_same()
    {
        _names.Serve(Plain, "gone.example.com:2380", "m1.example.com:2380");
        Assert.That((await FoundAsync("a", "http://10.0.0.1:2380")).Members, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_name_server_that_does_not_answer_is_asked_again()
    {
        foreach (string late in new[] { Plain, Secure, "m1.example.com" })
        {
            Renew();
            _names.Serve(Plain, "m1.example.com:2380");
            int times = 0;
            _names.Asked = name =>
            {
                if (name == late)
                    times++;
            };
            FailOnce(late);
            SearchOutcome.Found found = await FoundAsync("a", "http://10.0.0.1:2380");
            Assert.That((found.Self?.Name, times), Is.EqualTo(("a", 2)), late);
        }
    }

    private void FailOnce(string name)
    {
        Action<string> before = _names.Asked;
        NameAnswer<SrvRecord>? services = _names.Services.GetValueOrDefault(name);
        NameAnswer<System.Net.IPAddress>? addresses = _names.Hosts.GetValueOrDefault(name);
        bool isService = name.StartsWith('_');
        if (isService)
            _names.Services[name] = new NameAnswer<SrvRecord>.Failed("no name server answers");
        else
            _names.Hosts[name] = new NameAnswer<System.Net.IPAddress>.Failed("no name server answers");
        int asked = 0;
        _names.Asked = one =>
        {
            before(one);
            if (one != name || ++asked != 2)
                return;
            if (isService && services is not null)
                _names.Services[name] = services;
            else if (isService)
                _names.Services.Remove(name);
            else
                _names.Hosts[name] = addresses!;
        };
    }

    private SrvSearcher Searcher() =>
        new(_names, new InstantTime(), NullLogger.Instance, static _ => { });

    private Task<SearchOutcome> SearchAsync(string name, string url) => Searcher().RunAsync(
        "example.com.", new FoundMember(name, [url]), new Prng(1), CancellationToken.None);

    private async Task<SearchOutcome.Found> FoundAsync(string name, string url) =>
        (SearchOutcome.Found)await SearchAsync(name, url);

    private async Task<string> FailureAsync(string name, string url) =>
        ((SearchOutcome.Failed)await SearchAsync(name, url)).Reason;

    private static string Text(SearchOutcome.Found found) => string.Join(' ', found.Members.Select(m => m.Text));
}
