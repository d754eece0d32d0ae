using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Debian's etcdctl against the node: it prints and exits as it does against etcd. Each script runs on both from
/// the same index, so that indexes are compared too.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class EtcdctlTests
{
    private readonly List<ServerProcess> _servers = [];
    private EtcdctlSession[] _sessions = [];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        TestPrograms.Etcdctl();
        _servers.Add(await EtcdProcess.StartAsync());
        _servers.Add(await NodeProcess.StartAsync());
        _sessions = [.. _servers.Select(server => new EtcdctlSession(server))];
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (EtcdctlSession session in _sessions)
            session.Dispose();
        foreach (ServerProcess server in _servers)
            await server.DisposeAsync();
    }

    [TestCase("set /set/a 1", "set /set/a 2", "get /set/a", "-o extended get /set/a", "-o json get /set/a")]
    [TestCase("set /swap 1", "set --swap-with-value 1 /swap 2", "set --swap-with-value wrong /swap 3", "get /swap")]
    [TestCase("set --swap-with-index 999999 /set/a 5", "get --quorum /set/a", "set --ttl 500 /set/ttl x")]
    [TestCase("get /none", "get /set", "-o json get /none")]
    [TestCase("mk /mk/a 1", "mk /mk/a 2", "mk --in-order /mk/queue x", "mk --in-order /mk/queue y")]
    [TestCase("mkdir /mkdir/a", "mkdir /mkdir/a", "mkdir --ttl 500 /mkdir/b", "-o json ls --sort /mkdir")]
    [TestCase("set /ls/b/c 1", "set /ls/a 2", "set /ls/_hidden 3", "ls --sort /ls", "ls --sort -r -p /ls", "ls /none")]
    [TestCase("set /rm/a/b 1", "rm /rm/a", "rm --dir /rm/a", "rm -r /rm/a", "rm /rm/a", "rm --dir /rm")]
    [TestCase("set /rm2/a 1", "rm --with-value 2 /rm2/a", "rm --with-value 1 /rm2/a", "rm --with-index 3 /rm2/a")]
    [TestCase("mkdir /rmdir/a", "set /rmdir/b/c 1", "rmdir /rmdir/a", "rmdir /rmdir/b", "rmdir /rmdir/none")]
    [TestCase("set /update/a 1", "update /update/a 2", "update --ttl 500 /update/a 3", "update /update/none 4")]
    [TestCase("mkdir /updatedir/a", "updatedir --ttl 500 /updatedir/a", "updatedir --ttl 500 /updatedir/none")]
    [TestCase("setdir /setdir/a", "setdir /setdir/a", "setdir --ttl 500 /setdir/b", "ls --sort -p /setdir")]
    [TestCase("cluster-health", "member list")]
    [TestCase("member add", "member add d", "member add d 127.0.0.1:1", "member add d x")]
    [TestCase("member remove", "member remove 12ab", "member remove zz")]
    [TestCase("member update", "member update 12ab http://127.0.0.1:1", "member update zz http://127.0.0.1:1")]
    public Task Prints_and_exits_as_against_etcd(params string[] commandLines) => CompareAsync(async session =>
    {
        List<string> results = [];
        foreach (string commandLine in commandLines)
            results.Add($"$ etcdctl {commandLine}\n{await session.RunAsync(commandLine)}");
        return string.Join("\n", results);
    });

    // Not beside etcd: it lets the second member of one vote at once, and nothing can be written from then on.
    [Test]
    public async Task Members_are_added_and_removed_by_debians_etcdctl_without_losing_the_quorum()
    {
        await using ServerProcess server = await NodeProcess.StartAsync();
        using EtcdctlSession session = new(server);
        Assert.That(await session.RunAsync("member add d http://127.0.0.1:39999"), Does.Contain(
            "to cluster\n\nETCD_NAME=\"d\"\nETCD_INITIAL_CLUSTER=\"").And.EndsWith("exit 0"));
        Assert.That(await session.RunAsync("set /after 1"), Is.EqualTo("1\nexit 0"));
        using HttpClient http = new() { BaseAddress = new Uri(server.Url) };
        JsonNode members = JsonNode.Parse(await http.GetStringAsync("/v2/members"))!["members"]!;
        string id = (string)members.AsArray().Single(m => (string?)m!["name"] == "")!["id"]!;
        string updated = await session.RunAsync($"member update {id} http://127.0.0.1:39998");
        Assert.That(updated, Does.StartWith("Updated member with ID ").And.EndsWith("exit 0"));
        Assert.That(await session.RunAsync("member list"), Does.Contain("[unstarted]: peerURLs="));
        Assert.That(await session.RunAsync($"member remove {id}"), Does.EndWith("from cluster\nexit 0"));
        Assert.That(await session.RunAsync($"member remove {id}"), Does.EndWith("exit 1"));
        using HttpResponseMessage gone = await http.DeleteAsync($"/v2/members/{id}");
        Assert.That((int)gone.StatusCode, Is.EqualTo(410));
    }

    [Test]
    public Task Watch_prints_the_next_value() =>
        CompareAsync(session => session.WatchAsync("watch /watch/a", 1, "set /watch/a next"));

    [Test]
    public Task Watch_of_a_directory_prints_actions_and_keys() =>
        CompareAsync(session => session.WatchAsync("watch -r /watch/dir", 1, "set /watch/dir/a next"));

    [Test]
    public Task Watch_goes_back_to_an_index() => CompareAsync(async session =>
    {
        await session.RunAsync("set /watch/past first");
        long index = await session.IndexAsync();
        await session.RunAsync("set /watch/past second");
        return await session.RunAsync($"watch --after-index {index - 1} /watch/past");
    });

    [Test]
    public Task Watch_forever_prints_every_change() => CompareAsync(
        session => session.WatchAsync("watch -f -r /watch/all", 4, "set /watch/all/a 1", "rm /watch/all/a"));

    [Test]
    public Task Exec_watch_hands_each_change_to_a_program() => CompareAsync(session => session.WatchAsync(
        "exec-watch -r /exec -- printenv ETCD_WATCH_ACTION ETCD_WATCH_KEY ETCD_WATCH_VALUE ETCD_WATCH_MODIFIED_INDEX",
        4,
        "set /exec/a 1"));

    private async Task CompareAsync(Func<EtcdctlSession, Task<string>> script)
    {
        long index = 0;
        foreach (EtcdctlSession session in _sessions)
            index = Math.Max(index, await session.IndexAsync());
        List<string> results = [];
        foreach (EtcdctlSession session in _sessions)
        {
            await session.RaiseIndexAsync(index);
            results.Add(await script(session));
        }
        Assert.That(results[1], Is.EqualTo(results[0]));
    }
}
