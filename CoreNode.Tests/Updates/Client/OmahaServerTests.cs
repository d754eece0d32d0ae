using CoreNode.Hosting;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Client.Servers;
using CoreNode.Updates.Lifecycle;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Updates.Client;

/// <summary>What the client says to a server over Omaha, and what it makes of the answers.</summary>
[TestFixture, Category("Unit")]
internal sealed class OmahaServerTests
{
    private const string App = "<app appid=\"{e96281a6-d1af-4bde-9a0a-97b76e56dc57}\" status=\"ok\">";

    private static readonly BootFacts s_boot = new() { BootId = "b-1", Slot = "A", Version = "1.0" };

    private static readonly CheckRequest s_request = new(
        IsInteractive: true, IsDeltaWanted: false, new UpdateEvent
        {
            Type = UpdateEvent.Complete,
            Result = UpdateEvent.ResultError,
            Code = UpdateError.Rollback,
        });

    [Test]
    public async Task A_check_tells_the_machine_its_wish_and_its_last_boot()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, Response("<updatecheck status=\"noupdate\"/>")));
        ServerReply reply = await Server(server).CheckAsync(s_request, s_boot, CancellationToken.None);
        Assert.That(reply.Answer, Is.EqualTo(new CheckAnswer()));
        string body = server.Requests.Single().Body;
        foreach (string part in (string[])
            [
                "installsource=\"ondemandupdate\"", "version=\"1.0\"", "track=\"beta\"", "bootid=\"{b-1}\"",
                "alephversion=\"0.5\"", "machineid=\"m-1\"", "delta_okay=\"false\"", "<ping active=\"1\"",
                "<event eventtype=\"3\" eventresult=\"0\" errorcode=\"44\"",
            ])
        {
            Assert.That(body, Does.Contain(part));
        }
    }

    [Test]
    public async Task An_offer_is_translated_with_all_that_the_lifecycle_needs()
    {
        string hash = Convert.ToBase64String(new byte[32]);
        await using RawServer server = new(_ => RawServer.Answer(200, Response(
            "<updatecheck status=\"ok\" PollInterval=\"120\"><urls><url codebase=\"http://a/x\"/>"
            + "<url codebase=\"http://b/\"/></urls><manifest version=\"2.0\"><packages>"
            + "<package name=\"u.gz\" size=\"77\" required=\"true\"/></packages><actions>"
            + $"<action event=\"postinstall\" sha256=\"{hash}\" IsDeltaPayload=\"true\" "
            + "DisablePayloadBackoff=\"true\" MaxFailureCountPerUrl=\"3\"/></actions>"
            + "</manifest></updatecheck>")));
        ServerReply reply = await Server(server).CheckAsync(s_request, s_boot, CancellationToken.None);
        CoreNode.Updates.Lifecycle.UpdateOffer offer = reply.Answer!.Offer!;
        Assert.That(offer.Urls, Is.EqualTo((string[])["http://a/x/u.gz", "http://b/u.gz"]));
        Assert.That(
            (offer.Version, offer.Size, offer.Sha256, offer.IsDelta, offer.IsBackoffOff, offer.MaxFailuresPerUrl),
            Is.EqualTo(("2.0", 77L, hash, true, true, 3)));
        Assert.That(reply.Answer.PollInterval, Is.EqualTo(TimeSpan.FromMinutes(2)));
    }

    [Test]
    public async Task A_server_that_holds_an_update_back_is_no_failure()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, Response("").Replace(
            "status=\"ok\"", "status=\"error-maxUpdatesPerPeriodLimitReached\"", StringComparison.Ordinal)));
        ServerReply reply = await Server(server).CheckAsync(s_request, s_boot, CancellationToken.None);
        Assert.That(reply.Failure, Is.Null);
        Assert.That(reply.Answer!.HeldBackReason, Is.Not.Empty);
    }

    [TestCase(503, "", 2503, 503)]
    [TestCase(404, "", 2404, 404)]
    [TestCase(200, "", 30, 0)]
    [TestCase(200, "please sign in first", 31, 0)]
    [TestCase(200, "<response protocol=\"3.0\"/>", 34, 0)]
    public async Task What_is_no_answer_has_its_code(int status, string body, int code, int httpStatus)
    {
        await using RawServer server = new(_ => RawServer.Answer(status, body));
        ServerReply reply = await Server(server).CheckAsync(s_request, s_boot, CancellationToken.None);
        Assert.That(((int)reply.Failure!.Code, reply.Failure.HttpStatus), Is.EqualTo((code, httpStatus)));
        Assert.That(reply.Failure.Text, Is.Not.Empty);
    }

    [Test]
    public async Task An_event_is_told_alone()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, Response("<event status=\"ok\"/>")));
        UpdateEvent told = new() { Type = 3, Result = 9, Code = UpdateError.DeferredForBackoff, Version = "2.0" };
        Assert.That(await Server(server).TellAsync(told, s_boot, CancellationToken.None), Is.Null);
        string body = server.Requests.Single().Body;
        Assert.That(body, Does.Contain("eventtype=\"3\" eventresult=\"9\" errorcode=\"40\""));
        Assert.That(body, Does.Not.Contain("<updatecheck").And.Not.Contains("<ping"));
    }

    [Test]
    public async Task Without_a_server_nobody_is_asked_and_the_settings_say_why()
    {
        OmahaServer server = Server(null);
        Assert.That(server.ReadSettings().OffReason, Does.Contain("no update server is set"));
        ServerReply reply = await server.CheckAsync(s_request, s_boot, CancellationToken.None);
        Assert.That(reply.Failure!.Text, Does.Contain("no update server is set"));
    }

    [Test]
    public async Task Settings_show_the_server_without_its_path_and_no_application_that_nobody_set()
    {
        await using RawServer server = new(_ => "");
        ServerSettings settings = Server(server).ReadSettings();
        Assert.That(settings.Server, Is.EqualTo($"http://127.0.0.1:{server.Port}"));
        Assert.That((settings.Group, settings.AppId, settings.OffReason), Is.EqualTo(("beta", "", "")));
    }

    private static string Response(string inner) =>
        $"<?xml version=\"1.0\"?><response protocol=\"3.0\">{App}{inner}</app></response>";

    private static OmahaServer Server(RawServer? server)
    {
        string? flag = server?.At("/v1/update/secret/").AbsoluteUri;
        return new OmahaServer(
            new OmahaMachine { Client = "corenode-test", MachineId = "m-1", FirstVersion = static _ => "0.5" },
            () => UpdateConfig.Of([], [], flag, "beta", []), static () => "",
            new TransferOptions { Client = "test", Trust = new UpdateTrust(null, "the CA file") }, TimeProvider.System);
    }
}
