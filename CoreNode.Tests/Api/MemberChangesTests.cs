using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>Changes of members, as etcd 3.4 answers them, and what is ours there.</summary>
[TestFixture, Category("Conformance")]
internal sealed class MemberChangesTests
{
    private const string JsonType = "Content-Type: application/json\r\n";
    private const string Self = "2e1259d415f2a040";
    private const string NewUrl = "{\"peerURLs\":[\"http://127.0.0.1:9\"]}";

    private ApiHarness _api = null!;

    [SetUp]
    public async Task StartServerAsync()
    {
        _api = await ApiHarness.StartAsync();
        _api.Cluster.Removed = new NodeId(0xdead);
    }

    [TearDown]
    public ValueTask StopServerAsync() => _api.DisposeAsync();

    [Test]
    public async Task An_added_member_is_shown_without_name_and_client_urls()
    {
        _api.Membership.Outcome = new MemberChangeOutcome(
            MemberChangeCode.Done, "", new Member(new NodeId(0xabc), "", ["http://127.0.0.1:9"], []));
        RawAnswer answer = await _api.AskAsync("POST", "/v2/members", JsonType, NewUrl);
        Assert.That((answer.Status, answer.Body), Is.EqualTo(
            (201, "{\"id\":\"abc\",\"name\":\"\",\"peerURLs\":[\"http://127.0.0.1:9\"],\"clientURLs\":[]}\n")));
        Assert.That(_api.Membership.Asked!.Operation, Is.EqualTo(MemberOperation.Add));
        Assert.That(_api.Membership.Asked!.PeerUrls, Is.EqualTo(new[] { "http://127.0.0.1:9" }));
        Assert.That(_api.Membership.Asked!.IsForced, Is.False);
    }

    [TestCase("DELETE", Self, "", MemberOperation.Remove)]
    [TestCase("PUT", Self, NewUrl, MemberOperation.Update)]
    [TestCase("POST", Self + "/promote", "", MemberOperation.Promote)]
    public async Task What_is_done_is_204_without_a_body(
        string method, string path, string body, MemberOperation operation)
    {
        RawAnswer answer = await _api.AskAsync(method, $"/v2/members/{path}?force=true", JsonType, body);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((204, "")));
        Assert.That(_api.Membership.Asked!.Operation, Is.EqualTo(operation));
        Assert.That(_api.Membership.Asked!.Node.ToString(), Is.EqualTo(Self));
        Assert.That(_api.Membership.Asked!.IsForced, Is.True);
    }

    [TestCase("DELETE", "zzz", 404, "No such member: zzz")]
    [TestCase("DELETE", "272e204152", 404, "No such member: 272e204152")]
    [TestCase("DELETE", "0012ab", 404, "No such member: 12ab")]
    [TestCase("DELETE", "12ab/", 404, "No such member: 12ab/")]
    [TestCase("DELETE", "dead", 410, "Member permanently removed: dead")]
    [TestCase("PUT", "272e204152", 404, "No such member: 272e204152")]
    [TestCase("POST", "272e204152/promote", 404, "No such member: 272e204152")]
    [TestCase("POST", "x/promote", 404, "No such member: x")]
    [TestCase("POST", "leader?id=12ab", 404, "No such member: 12ab")]
    public async Task Members_that_are_not_there_need_no_leader(string method, string id, int status, string message)
    {
        RawAnswer answer = await _api.AskAsync(method, "/v2/members/" + id, JsonType, method == "PUT" ? NewUrl : "");
        Assert.That((answer.Status, answer.Body), Is.EqualTo((status, $"{{\"message\":\"{message}\"}}")));
        Assert.That(_api.Membership.Asked, Is.Null);
        Assert.That(answer["X-Etcd-Cluster-Id"], Is.EqualTo("48276a8f75b6a87"));
    }

    [TestCase("DELETE")]
    [TestCase("PUT")]
    public async Task Without_an_id_there_is_no_change(string method)
    {
        RawAnswer answer = await _api.AskAsync(method, "/v2/members/", JsonType, NewUrl);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((405, "Method Not Allowed\n")));
        Assert.That(answer["Allow"], Is.Null);
    }

    [TestCase(MemberChangeCode.UnknownMember, 404, "No such member: " + Self)]
    [TestCase(MemberChangeCode.AlreadyRemoved, 410, "Member permanently removed: " + Self)]
    [TestCase(MemberChangeCode.PeerUrlTaken, 409, "membership: peerURL exists")]
    [TestCase(MemberChangeCode.WouldLoseQuorum, 409, "why")]
    [TestCase(MemberChangeCode.Invalid, 409, "why")]
    [TestCase(MemberChangeCode.Busy, 503, "why")]
    [TestCase(MemberChangeCode.Unavailable, 500, "why")]
    public async Task Each_refusal_of_the_leader_has_its_status(MemberChangeCode code, int status, string message)
    {
        _api.Membership.Outcome = new MemberChangeOutcome(code, "why", null);
        RawAnswer answer = await _api.AskAsync("DELETE", "/v2/members/" + Self);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((status, $"{{\"message\":\"{message}\"}}")));
    }

    [Test]
    public async Task Every_code_has_an_answer() => await Assert.MultipleAsync(async () =>
    {
        foreach (MemberChangeCode code in Enum.GetValues<MemberChangeCode>())
        {
            _api.Membership.Outcome = new MemberChangeOutcome(code, "m", null);
            Assert.That((await _api.AskAsync("DELETE", "/v2/members/" + Self)).Status, Is.GreaterThan(200));
        }
    });

    [Test]
    public async Task Leadership_is_moved_to_whom_is_named_or_to_anybody()
    {
        Assert.That((await _api.AskAsync("POST", "/v2/members/leader")).Status, Is.EqualTo(204));
        Assert.That(_api.Membership.Moved, Is.EqualTo(NodeId.None));
        Assert.That((await _api.AskAsync("POST", "/v2/members/leader?id=" + Self)).Status, Is.EqualTo(204));
        Assert.That(_api.Membership.Moved.ToString(), Is.EqualTo(Self));
    }

    [Test]
    public async Task A_learner_says_so_at_the_end_and_voters_say_nothing()
    {
        NodeId learner = new(0xabc);
        _api.Cluster.Members = [.. _api.Cluster.Members, new Member(learner, "", ["http://127.0.0.1:9"], [])];
        _api.Cluster.Status = _api.Cluster.Status with { Learners = [learner] };
        string list = (await _api.AskAsync("GET", "/v2/members")).Body;
        Assert.That(list, Does.EndWith("\"clientURLs\":[],\"isLearner\":true}]}\n"));
        Assert.That(list.Split("isLearner"), Has.Length.EqualTo(2));
    }
}
