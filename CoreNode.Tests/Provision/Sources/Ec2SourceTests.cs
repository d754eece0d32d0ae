using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Clouds;
using CoreNode.Tests.Updates.Client;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>EC2's metadata service, with and without session tokens.</summary>
[TestFixture, Category("Unit")]
internal sealed class Ec2SourceTests
{
    private const string Token = "AQAEALFkIcv-token==";
    private const string Data = "/2009-04-04/meta-data/";

    private FakeCloud _cloud = null!;

    [SetUp]
    public void Begin() => _cloud = new FakeCloud
    {
        Paths =
        {
            ["/2009-04-04/user-data"] = "#cloud-config\n",
            [Data + "hostname"] = "ip-10-0-0-5.eu-west-1.compute.internal",
            [Data + "local-ipv4"] = "10.0.0.5",
            [Data + "public-ipv4"] = "203.0.113.5",
            [Data + "public-keys"] = "0=first\n1=second=key",
            [Data + "public-keys/0/openssh-key"] = "ssh-ed25519 AAAA first\n",
            [Data + "public-keys/1/openssh-key"] = "ssh-rsa BBBB second",
        },
        First = NewService,
    };

    [TearDown]
    public async Task End() => await _cloud.DisposeAsync();

    [Test]
    public async Task A_token_is_taken_first_and_shown_with_each_request()
    {
        UserData data = (await AskAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
            Assert.That(data.Hostname, Is.EqualTo("ip-10-0-0-5"));
            Assert.That(data.Addresses.PrivateIPv4, Is.EqualTo("10.0.0.5"));
            Assert.That(data.Addresses.PublicIPv4, Is.EqualTo("203.0.113.5"));
            Assert.That(data.SshKeys, Is.EqualTo(new[] { "ssh-ed25519 AAAA first", "ssh-rsa BBBB second" }));
            Assert.That(data.IsOem, Is.False);
            Assert.That(_cloud.Asked[0], Is.EqualTo("PUT /latest/api/token"));
            Assert.That(
                _cloud.Requests.First().Header("X-aws-ec2-metadata-token-ttl-seconds"), Is.EqualTo("21600"));
            Assert.That(
                _cloud.Requests.Skip(1).Select(one => one.Header("X-aws-ec2-metadata-token")),
                Is.All.EqualTo(Token));
        });
    }

    [TestCase(403)]
    [TestCase(404)]
    [TestCase(405)]
    public async Task A_service_without_tokens_is_asked_without(int status)
    {
        _cloud.First = request =>
            request.Line.StartsWith("PUT", StringComparison.Ordinal) ? RawServer.Answer(status, "") : null;
        UserData data = (await AskAsync())!;
        Assert.That(data.Content.IsEmpty, Is.False);
        Assert.That(
            _cloud.Requests.Skip(1).Select(one => one.Header("X-aws-ec2-metadata-token")), Is.All.Empty);
    }

    [TestCase(500, false)]
    [TestCase(503, false)]
    [TestCase(429, false)]
    [TestCase(400, true)]
    public async Task Any_other_answer_to_the_token_is_no_leave_to_go_without(int status, bool isFinal)
    {
        _cloud.First = request =>
            request.Line.StartsWith("PUT", StringComparison.Ordinal) ? RawServer.Answer(status, "") : null;
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(AskAsync))!;
        Assert.That(failed.IsFinal, Is.EqualTo(isFinal));
        Assert.That(_cloud.Asked.Length, Is.EqualTo(1));
    }

    [Test]
    public async Task A_token_that_is_too_old_is_taken_anew_by_the_next_attempt()
    {
        _cloud.First = request => request.Line.StartsWith("PUT", StringComparison.Ordinal)
            ? RawServer.Answer(200, "old")
            : RawServer.Answer(401, "");
        Assert.That((await Assert.ThrowsAsync<SourceException>(AskAsync))!.IsFinal, Is.False);
        _cloud.First = NewService;
        Assert.That(await AskAsync(), Is.Not.Null);
    }

    [Test]
    public async Task A_page_in_place_of_a_token_is_another_service()
    {
        _cloud.First = _ => RawServer.Answer(200, "<html>Log in to the hotel's network</html>");
        Assert.That(
            (await Assert.ThrowsAsync<SourceException>(AskAsync))!.Message, Does.Contain("gives no token"));
    }

    [Test]
    public async Task A_page_in_place_of_all_answers_is_another_service()
    {
        _cloud.First = request => request.Line.StartsWith("PUT", StringComparison.Ordinal)
            ? RawServer.Answer(405, "")
            : RawServer.Answer(200, "<html>Log in to the hotel's network</html>");
        Assert.That((await Assert.ThrowsAsync<SourceException>(AskAsync))!.Message, Does.Contain("is none"));
    }

    [Test]
    public async Task Redirects_are_not_followed()
    {
        _cloud.First = request => request.Line.StartsWith("PUT", StringComparison.Ordinal)
            ? RawServer.Answer(405, "")
            : RawServer.Answer(302, "", $"Location: {_cloud.Root}elsewhere\r\n");
        Assert.That(
            (await Assert.ThrowsAsync<SourceException>(AskAsync))!.Message, Does.Contain("is no metadata service"));
        Assert.That(_cloud.Asked, Has.None.Contains("elsewhere"));
    }

    [Test]
    public async Task No_user_data_is_no_fault_and_what_else_is_told_counts()
    {
        _cloud.Paths.Remove("/2009-04-04/user-data");
        UserData data = (await AskAsync())!;
        Assert.That(data.Content.IsEmpty, Is.True);
        Assert.That(data.SshKeys.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task A_machine_without_anything_has_nothing()
    {
        _cloud.Paths.Clear();
        Assert.That(await AskAsync(), Is.Null);
    }

    [Test]
    public async Task A_machine_without_keys_and_public_address_has_the_rest()
    {
        _cloud.Paths.Remove(Data + "public-keys");
        _cloud.Paths.Remove(Data + "public-ipv4");
        UserData data = (await AskAsync())!;
        Assert.That(data.SshKeys, Is.Empty);
        Assert.That(data.Addresses.PublicIPv4, Is.Empty);
        Assert.That(data.Addresses.PrivateIPv4, Is.EqualTo("10.0.0.5"));
    }

    [TestCase("name-without-number")]
    [TestCase("=name")]
    [TestCase("../../user-data=name")]
    public async Task A_list_of_keys_of_another_form_is_refused(string list)
    {
        _cloud.Paths[Data + "public-keys"] = list;
        Assert.That((await Assert.ThrowsAsync<SourceException>(AskAsync))!.Message, Does.Contain("NUMBER=NAME"));
    }

    [Test]
    public async Task A_thousand_keys_are_not_all_asked_for()
    {
        _cloud.Paths[Data + "public-keys"] = string.Join('\n', Enumerable.Range(0, 1000).Select(i => $"{i}=k{i}"));
        await AskAsync();
        Assert.That(_cloud.Asked.Count(one => one.EndsWith("openssh-key", StringComparison.Ordinal)), Is.EqualTo(100));
    }

    [Test]
    public async Task Nobody_there_is_asked_again()
    {
        Ec2Source source = new(new Uri("http://127.0.0.1:1"), _cloud.Options);
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(
            () => source.FetchAsync(CancellationToken.None)))!;
        Assert.That(failed.IsFinal, Is.False);
        Assert.That(failed.Message, Does.Contain("http://127.0.0.1:1/latest/api/token: ").And.Contain("refused"));
    }

    private static string? NewService(RawRequest request)
    {
        if (request.Line.StartsWith("PUT /latest/api/token ", StringComparison.Ordinal))
        {
            return RawServer.Answer(
                request.Header("X-aws-ec2-metadata-token-ttl-seconds").Length > 0 ? 200 : 400, Token);
        }

        return request.Header("X-aws-ec2-metadata-token") == Token ? null : RawServer.Answer(401, "");
    }

    private Task<UserData?> AskAsync() => new Ec2Source(_cloud.Root, _cloud.Options).FetchAsync(CancellationToken.None);
}
