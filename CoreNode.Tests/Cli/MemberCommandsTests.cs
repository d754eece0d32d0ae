using System.Text.Json.Nodes;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Api;

namespace CoreNode.Tests.Cli;

/// <summary>The member and cluster groups against a real client surface over a scripted cluster.</summary>
[TestFixture, Category("Unit")]
internal sealed class MemberCommandsTests
{
    private const string Self = "2e1259d415f2a040";
    private const string NewUrl = "http://10.0.0.4:2380";

    private ApiHarness _api = null!;
    private string _url = "";

    [SetUp]
    public async Task StartServerAsync()
    {
        _api = await ApiHarness.StartAsync();
        _url = _api.Url.GetLeftPart(UriPartial.Authority);
        _api.Cluster.Members =
        [
            new Member(new NodeId(0xabc), "", ["http://10.0.0.9:2380"], []),
            new Member(_api.Cluster.Self, "a", ["http://10.0.0.1:2380"], [_url]),
            new Member(new NodeId(0xdef), "c", ["http://10.0.0.3:2380"], ["http://127.0.0.1:1"]),
        ];
        _api.Cluster.Status = _api.Cluster.Status with
        {
            Learners = [new NodeId(0xabc)],
            Followers = [new FollowerStatus(new NodeId(0xdef), true, false, "probe", new LogIndex(1), 77)],
        };
        _api.Membership.Outcome = new MemberChangeOutcome(
            MemberChangeCode.Done, "", new Member(new NodeId(0x123), "", [NewUrl], []));
    }

    [TearDown]
    public ValueTask StopServerAsync() => _api.DisposeAsync();

    [Test]
    public async Task List_shows_leader_learner_and_lag()
    {
        CliRun run = await RunAsync("member", "list");
        Assert.That(run.Output, Is.EqualTo(
            "abc[unstarted]: peerURLs=http://10.0.0.9:2380 isLearner=true\n"
            + $"{Self}: name=a peerURLs=http://10.0.0.1:2380 clientURLs={_url} isLeader=true\n"
            + "def: name=c peerURLs=http://10.0.0.3:2380 clientURLs=http://127.0.0.1:1 isLeader=false lag=77\n"));
        JsonNode json = JsonNode.Parse((await RunAsync("member", "list", "-o", "json")).Output)!;
        Assert.That((bool?)json["members"]![0]!["isLearner"], Is.True);
        Assert.That((int?)json["members"]![2]!["lag"], Is.EqualTo(77));
    }

    [Test]
    public async Task List_goes_on_without_a_leader_and_says_so()
    {
        _api.Cluster.Leader = NodeId.None;
        CliRun run = await RunAsync("member", "list");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "there is no leader now\n")));
        Assert.That(run.Output, Does.Contain("name=a").And.Not.Contain("isLeader=true"));
    }

    [Test]
    public async Task Add_prints_what_to_run_on_the_new_machine()
    {
        CliRun run = await RunAsync("member", "add", "d", NewUrl);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(_api.Membership.Asked!.PeerUrls, Is.EqualTo(new[] { NewUrl }));
        Assert.That(run.Output, Does.StartWith("Added member named d with ID 123 to cluster\n\nCORENODE_NAME=\"d\"\n"));
        Assert.That(run.Output, Does.Contain("CORENODE_INITIAL_CLUSTER_STATE=\"existing\"\n"));
        Assert.That(run.Output, Does.Contain(
            "\n  corenode node --name d --listen-peer-urls http://10.0.0.4:2380 --listen-client-urls "
            + "http://10.0.0.4:2379,http://127.0.0.1:2379 --advertise-client-urls http://10.0.0.4:2379 "
            + "--initial-advertise-peer-urls http://10.0.0.4:2380 --initial-cluster "));
        Assert.That(run.Output, Does.Contain("a=http://10.0.0.1:2380"));
    }

    [Test]
    public async Task What_add_prints_is_accepted_by_the_node()
    {
        Member added = new(new NodeId(0x123), "", [NewUrl], []);
        _api.Cluster.Members = [.. _api.Cluster.Members, added];
        _api.Membership.Outcome = new MemberChangeOutcome(MemberChangeCode.Done, "", added);
        CliRun run = await RunAsync("member", "add", "d", NewUrl);
        Assert.That(run.ExitCode, Is.EqualTo(1), "the URL is a member's by now");
        _api.Cluster.Members = [.. _api.Cluster.Members.Where(m => m != added)];
        JsonNode json = JsonNode.Parse((await RunAsync("member", "add", "d", NewUrl, "-o", "json")).Output)!;
        string command = (string?)json["command"] + "";
        CoreNode.Hosting.NodeOptionsReader reader = new(static _ => null, static _ => "");
        Assert.That(command, Does.StartWith("corenode node "));
        Assert.That(reader.Read(command.Split(' ')[2..]), Is.Not.Null, string.Join('\n', reader.Problems));
    }

    [Test]
    public async Task A_name_that_is_there_needs_replace_and_a_living_member_force()
    {
        CliRun taken = await RunAsync("member", "add", "c", "http://10.0.0.3:2380");
        Assert.That(taken.ExitCode, Is.EqualTo(1));
        Assert.That(taken.Error, Does.Contain("corenode member add --replace c http://10.0.0.3:2380"));
        Assert.That(_api.Membership.Asked, Is.Null);
        CliRun alive = await RunAsync("member", "add", "--replace", "a", "http://10.0.0.1:2380");
        Assert.That(alive.Error, Does.Contain("is not dead: it answers at " + _url));
        Assert.That(_api.Membership.Asked, Is.Null);
    }

    [Test]
    public async Task Replace_removes_the_dead_member_first()
    {
        List<MemberChange> asked = [];
        _api.Membership.Changed = asked.Add;
        CliRun run = await RunAsync("member", "add", "--replace", "c", "http://10.0.0.4:2380");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(
            asked.Select(c => (c.Operation, c.Node.Value)),
            Is.EqualTo(new[] { (MemberOperation.Remove, 0xdeful), (MemberOperation.Add, 0ul) }));
        Assert.That(run.Error, Is.EqualTo("Removed member c (def)\n"));
    }

    [TestCase("remove c", MemberOperation.Remove, "Removed member c (def)\n")]
    [TestCase("remove DEF", MemberOperation.Remove, "Removed member c (def)\n")]
    [TestCase("update c http://10.0.0.8:2380", MemberOperation.Update, "Updated member c (def)\n")]
    [TestCase("promote c --force", MemberOperation.Promote, "Promoted member c (def)\n")]
    public async Task Members_are_changed_by_name_or_id(string line, MemberOperation operation, string output)
    {
        CliRun run = await RunAsync(["member", .. line.Split(' ')]);
        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, output, "")));
        Assert.That(_api.Membership.Asked!.Operation, Is.EqualTo(operation));
        Assert.That(_api.Membership.Asked!.IsForced, Is.EqualTo(line.EndsWith("--force", StringComparison.Ordinal)));
    }

    [TestCase(MemberChangeCode.WouldLoseQuorum, 1, "why\n--force does it all the same")]
    [TestCase(MemberChangeCode.Busy, 1, "why; nothing was changed, try again")]
    [TestCase(MemberChangeCode.Unavailable, 1, "whether the change was made is not known")]
    [TestCase(MemberChangeCode.AlreadyRemoved, 4, "Member permanently removed: def")]
    public async Task Refusals_say_what_to_do(MemberChangeCode code, int exitCode, string error)
    {
        _api.Membership.Outcome = new MemberChangeOutcome(code, "why", null);
        CliRun run = await RunAsync("member", "remove", "c");
        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Error, Does.Contain(error));
    }

    [Test]
    public async Task An_unknown_member_is_exit_code_4_with_those_there_are()
    {
        CliRun run = await RunAsync("member", "remove", "x");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo(
            (4, $"no member 'x'; members are abc (not started), a ({Self}), c (def)\n")));
    }

    [Test]
    public async Task Status_asks_each_member_and_shows_why_one_does_not_answer()
    {
        CliRun run = await RunAsync("cluster", "status");
        string[] lines = run.Output.Split('\n');
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(lines[0], Does.StartWith($"leader: a ({Self}) since 2026-"));
        Assert.That(lines[0], Does.EndWith(", term 2"));
        string own = lines.Single(l => l.TrimStart().StartsWith(Self, StringComparison.Ordinal));
        Assert.That(own, Does.Match("a +leader +healthy +2 +4 +0 +0"));
        string silent = lines.Single(l => l.TrimStart().StartsWith("def  ", StringComparison.Ordinal));
        Assert.That(silent, Does.Match("c +follower +unreachable +- +- +77"));
        Assert.That(run.Output, Does.Contain("c (def): http://127.0.0.1:1: "));
        Assert.That(run.Output, Does.Contain("abc (not started): it never started"));
        JsonNode json = JsonNode.Parse((await RunAsync("cluster", "status", "-o", "json")).Output)!;
        Assert.That((string?)json["members"]![1]!["status"]!["role"], Is.EqualTo("leader"));
        Assert.That((string?)json["members"]![2]!["health"], Is.EqualTo("unreachable"));
    }

    [Test]
    public async Task Health_says_why()
    {
        _api.Cluster.UnhealthyReason = "the disk is slow";
        CliRun run = await RunAsync("cluster", "health");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.Contain("unhealthy result from " + _url + "\n  the disk is slow\n"));
    }

    [TestCase("member add", 1, "", "Provide a name and a single member peerURL\n")]
    [TestCase("member add d http://10.0.0.4:2380", 0,
        "Added member named d with ID 123 to cluster\n\nETCD_NAME=\"d\"\nETCD_INITIAL_CLUSTER=\"=http://10.0.0.9:2380,"
        + "a=http://10.0.0.1:2380,c=http://10.0.0.3:2380\"\nETCD_INITIAL_CLUSTER_STATE=\"existing\"\n", "")]
    [TestCase("member add d 127.0.0.1:1", 1, "",
        "parse \"127.0.0.1:1\": first path segment in URL cannot contain colon\n")]
    [TestCase("member update def http://10.0.0.1:2380", 1, "", "membership: peerURL exists\n")]
    [TestCase("member update def http://10.0.0.8:2380", 0, "Updated member with ID def in cluster\n", "")]
    [TestCase("member update zz http://10.0.0.8:2380", 1, "", "No such member: zz\n")]
    [TestCase("member update def", 1, "", "Provide an ID and a list of comma separated peerURL (0xabcd "
        + "http://example.com,http://example1.com)\n")]
    [TestCase("member remove", 1, "", "Provide a single member ID\n")]
    [TestCase("member remove 12ab", 1, "", "Couldn't find a member in the cluster with an ID of 12ab.\n")]
    [TestCase("member remove def", 0, "Removed member def from cluster\n", "")]
    public async Task Etcdctl_says_what_debians_says(string line, int exitCode, string output, string error)
    {
        CliRun run = await CliRun.OfAsync("etcdctl", ["--no-sync", .. line.Split(' ')], null, _url);
        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((exitCode, output, error)));
    }

    private Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync(args, endpoints: _url);
}
