using System.Net.Sockets;
using System.Text.Json.Nodes;
using CoreNode.Tests.Api.Client;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>corenode image, with an engine that answers as podman and docker do.</summary>
[TestFixture, Category("Unit")]
internal sealed class ImageCommandsTests
{
    private TestFolder _folder = null!;

    private string SocketPath => _folder.File("engine.sock");

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TestFolder();
        await File.WriteAllTextAsync(_folder.File("a.tar"), new string('a', 300_000));
        await File.WriteAllTextAsync(_folder.File("b.tar"), "b");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Archives_are_sent_whole_and_names_come_back()
    {
        await using ScriptedServer engine = Start(static request => request.Body.Length == 1
            ? (200, "{\"stream\":\"Loaded image: localhost/b:1,localhost/c:1\"}")
            : (200, "{\"status\":\"Loading layer\"}\n{\"stream\":\"Loaded image: localhost/a:1\\n\"}\n"));
        CliRun run = await RunAsync("load", _folder.File("a.tar"), _folder.File("b.tar"));
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Is.EqualTo("localhost/a:1\nlocalhost/b:1\nlocalhost/c:1\n"));
        ScriptedRequest[] sent = [.. engine.Requests];
        Assert.That(sent[0].Method + " " + sent[0].Target, Is.EqualTo("POST /images/load?quiet=1"));
        Assert.That(sent[0].Body, Is.EqualTo(new string('a', 300_000)));
        Assert.That(sent[0].Headers["Content-Type"], Is.EqualTo("application/x-tar"));
    }

    [Test]
    public async Task One_archive_that_fails_does_not_keep_the_others_from_it()
    {
        await using ScriptedServer engine = Start(static request => request.Body.Length > 1
            ? (500, "{\"message\":\"payload does not match any of the supported image formats\"}")
            : (200, "{\"stream\":\"Loaded image: b:1\"}"));
        CliRun run = await RunAsync("load", _folder.File("a.tar"), _folder.File("none.tar"), _folder.File("b.tar"));
        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Output, Is.EqualTo("b:1\n"));
        Assert.That(run.Error, Does.Contain($"{_folder.File("a.tar")}: {SocketPath} refuses: payload does not match")
            .And.Contain($"{_folder.File("none.tar")} does not exist"));
    }

    [Test]
    public async Task What_goes_wrong_behind_a_good_status_is_told()
    {
        await using ScriptedServer engine = Start(
            static _ => (200, "{\"stream\":\"x\"}\n{\"error\":\"no space left\"}"));
        CliRun run = await RunAsync("load", _folder.File("b.tar"));
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Is.EqualTo($"{_folder.File("b.tar")}: {SocketPath}: no space left\n"));
    }

    [Test]
    public async Task Images_are_listed()
    {
        await using ScriptedServer engine = Start(static _ => (200, """
            [{"Id":"sha256:0123456789abcdef","RepoTags":["localhost/b:1","localhost/a:1"],
              "Size":2500000,"Created":86400},
             {"Id":"fedcba9876543210","RepoTags":null,"Size":1000000,"Created":0}]
            """));
        CliRun run = await RunAsync("list");
        Assert.That(run.Output, Is.EqualTo("""
            NAME          ID           SIZE   MADE
            -             fedcba987654 1.0 MB 1970-01-01
            localhost/a:1 0123456789ab 2.5 MB 1970-01-02
            localhost/b:1 0123456789ab 2.5 MB 1970-01-02

            """));
        JsonNode page = JsonNode.Parse((await RunAsync("list", "-o", "json")).Output)!;
        Assert.That((string?)page[0]!["names"]![1], Is.EqualTo("localhost/a:1"));
        Assert.That(engine.Requests.First().Target, Is.EqualTo("/images/json"));
    }

    [TestCase("true", "prune")]
    [TestCase("false", "prune", "--all")]
    public async Task What_nothing_needs_is_removed(string dangling, params string[] words)
    {
        await using ScriptedServer engine = Start(static request => IsPodmans(request)
            ? (404, "{\"message\":\"page not found\"}")
            : (200, """
                {"ImagesDeleted":[{"Untagged":"a:1"},{"Deleted":"sha256:1"},{"Deleted":"sha256:2"}],
                 "SpaceReclaimed":1500000}
                """));
        Assert.That((await RunAsync(words)).Output, Is.EqualTo("2 removed, 1.5 MB freed\n"));
        Assert.That(
            Uri.UnescapeDataString(engine.Requests.Last().Target),
            Is.EqualTo($$"""/images/prune?filters={"dangling":["{{dangling}}"]}"""));
    }

    [Test]
    public async Task Podman_is_asked_for_all_in_its_own_words()
    {
        await using ScriptedServer engine = Start(static request => IsPodmans(request)
            ? (200, "[{\"Id\":\"1\",\"Size\":1000000},{\"Id\":\"2\",\"Size\":500000}]")
            : (500, "{\"message\":\"a contradiction\"}"));
        Assert.That((await RunAsync("prune", "--all")).Output, Is.EqualTo("2 removed, 1.5 MB freed\n"));
        Assert.That(engine.Requests.Single().Target, Is.EqualTo("/v4.0.0/libpod/images/prune?all=true"));
    }

    [Test]
    public async Task Where_no_engine_answers_it_is_said_what_to_do()
    {
        CliRun none = await RunAsync("list");
        Assert.That(none.ExitCode, Is.EqualTo(1));
        Assert.That(none.Error, Is.EqualTo($"{SocketPath} does not answer: there is no such socket\n"));
        using (Socket bound = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            bound.Bind(new UnixDomainSocketEndPoint(SocketPath));
            Assert.That((await RunAsync("list")).Error, Does.Contain("nobody listens there; start the engine"));
        }

        File.Delete(SocketPath);
        await using (ScriptedServer unknown = Start(static _ => (404, "")))
            Assert.That((await RunAsync("list")).Error, Does.Contain("answers as no container engine does"));
        File.Delete(SocketPath);
        await using ScriptedServer other = Start(static _ => (200, "<html>"));
        Assert.That((await RunAsync("list")).Error, Does.Contain("answers as no container engine does"));
        if (File.Exists("/run/podman/podman.sock") || File.Exists("/run/docker.sock"))
            Assert.Ignore("this machine has an engine");
        CliRun unnamed = await CliRun.OfAsync(["image", "list"]);
        Assert.That(unnamed.Error, Does.StartWith("this machine has no container engine that listens").And.Contain(
            "systemctl start podman.socket"));
    }

    private ScriptedServer Start(Func<ScriptedRequest, (int Status, string Body)> answer) =>
        ScriptedServer.StartOnSocket(SocketPath, (request, to) =>
        {
            (int status, string body) = answer(request);
            return to.SendAsync(status, body);
        });

    private Task<CliRun> RunAsync(params string[] words) =>
        CliRun.OfAsync(["image", words[0], "--engine", SocketPath, .. words[1..]]);

    private static bool IsPodmans(ScriptedRequest request) =>
        request.Target.Contains("/libpod/", StringComparison.Ordinal);
}
