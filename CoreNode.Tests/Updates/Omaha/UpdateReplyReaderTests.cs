using System.Text;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Updates.Omaha;

/// <summary>What the answers of the servers that exist mean, and of those that are broken.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpdateReplyReaderTests
{
    private const string Hash = "I59Z7VXnN8dxR89VrQwbAwttfudIp0JpUvm4UtWpNeU=";
    private const string HexHash = "239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5";

    private static readonly DateTimeOffset s_night = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly OmahaApp s_asked = new()
    {
        Id = AppId.CoreOs,
        Version = "1122.2.0",
        Track = "stable",
        UpdateCheck = new OmahaUpdateCheck(),
    };

    private static string Answer(
        string manifests = "", string urls = "<url codebase=\"https://a.example/p/\"/>", string check = "status=\"ok\"",
        string app = "appid=\"e96281a6-d1af-4bde-9a0a-97b76e56dc57\" status=\"ok\"") =>
        $"<response protocol=\"3.0\" server=\"x\"><daystart elapsed_seconds=\"0\"/><app {app}><ping status=\"ok\"/>"
        + $"<updatecheck {check}><urls>{urls}</urls>{manifests}</updatecheck></app></response>";

    private static string Manifest(
        string package = "name=\"update.gz\" hash=\"x\" size=\"287654321\" required=\"true\"",
        string action = $"event=\"postinstall\" sha256=\"{Hash}\"", string manifest = "version=\"3400.1.0\"") =>
        $"<manifest {manifest}><packages><package {package}/></packages>"
        + $"<actions><action {action}/></actions></manifest>";

    private static UpdateReply Judge(string text, OmahaApp? asked = null)
    {
        OmahaResponse? response = OmahaResponseCodec.Read(Encoding.UTF8.GetBytes(text), out OmahaFault? fault);
        return response is null
            ? new UpdateReply.Failed(fault!)
            : UpdateReplyReader.Read(response, asked ?? s_asked);
    }

    private static UpdateOffer Offer(string text) => ((UpdateReply.Offered)Judge(text)).Offer;

    private static OmahaFault Fault(string text) => ((UpdateReply.Failed)Judge(text)).Fault;

    [Test]
    public void An_answer_of_Nebraska_is_an_offer()
    {
        UpdateOffer offer = Offer(Recorded.Text("nebraska-offer.xml"));
        Assert.Multiple(() =>
        {
            Assert.That(offer.Version, Is.EqualTo("3400.1.0"));
            Assert.That(offer.Urls.Single().AbsoluteUri, Is.EqualTo(
                "https://updates.example.com/amd64-usr/3400.1.0/production_update.gz"),
                "the slash that the codebase lacks is added");
            Assert.That(offer.SizeBytes, Is.EqualTo(287654321));
            Assert.That(offer.Sha256, Is.EqualTo(Hash));
            Assert.That((offer.DisablePayloadBackoff, offer.IsUrgent, offer.IsDelta), Is.EqualTo((true, true, false)));
            Assert.That(offer.MaxFailureCountPerUrl, Is.EqualTo(10));
            Assert.That(offer.OtherPackages.Select(p => p.Name), Is.EqualTo(new[] { "oem-azure.gz" }));
            Assert.That(offer.Identity, Is.EqualTo($"287654321 {Hash} full 10 at once {offer.Urls[0].AbsoluteUri}"));
        });
    }

    [Test]
    public void An_answer_of_go_omaha_with_two_hashes_and_two_places_is_an_offer()
    {
        string package = "name=\"update.gz\" hash=\"x\" hash_sha256=\"{Hash}\" size=\" 1 \" required=\"false\"";
        string action = $"event=\"postinstall\" sha256=\"{Hash}\" IsDelta=\"true\" MaxFailureCountPerUrl=\"3\" "
            + "MaxDaysToScatter=\"7\" ChromeOSVersion=\"1.2\" MoreInfo=\"https://a.example/notes\"";
        UpdateOffer offer = Offer(Answer(
            Manifest(package, action),
            "<url codebase=\"http://10.0.0.1:8000/packages/\"/><url codebase=\"ftp://a/\"/>"
            + "<url codebase=\"http://10.0.0.1:8000/packages\"/><url codebase=\"https://b.example/f?id=\"/>"));
        Assert.Multiple(() =>
        {
            Assert.That(offer.Urls.Select(u => u.AbsoluteUri), Is.EqualTo(new[]
            {
                "http://10.0.0.1:8000/packages/update.gz", "https://b.example/f?id=/update.gz",
            }));
            Assert.That((offer.IsDelta, offer.MaxFailureCountPerUrl, offer.MaxDaysToScatter), Is.EqualTo((true, 3, 7)));
            Assert.That((offer.Version, offer.DisplayVersion), Is.EqualTo(("3400.1.0", "1.2")));
            Assert.That(offer.MoreInfo, Is.EqualTo("https://a.example/notes"));
        });
    }

    [Test]
    public void The_hash_of_the_package_stands_in_for_that_of_the_action()
    {
        string hex = $"name=\"u\" size=\"1\" hash_sha256=\"{HexHash.ToUpperInvariant()}\"";
        Assert.That(Offer(Answer(Manifest(hex, "event=\"postinstall\""))).Sha256, Is.EqualTo(Hash));
        string other = $"name=\"u\" size=\"1\" hash_sha256=\"{HexHash[1..]}0\"";
        Assert.That(Fault(Answer(Manifest(other))).Message, Does.Contain("two different sha256"));
    }

    [Test]
    public void Steps_on_the_way_are_taken_one_after_the_other()
    {
        string steps = Manifest(manifest: "version=\"1000.0.0\" is_floor=\"true\"")
            + Manifest(manifest: "version=\"1500.0.0\" is_floor=\"true\" floor_reason=\"new keys\"")
            + Manifest(manifest: "version=\"1400.0.0\" is_floor=\"true\"")
            + Manifest(manifest: "version=\"2000.0.0\" is_target=\"true\"");
        string Next(string running) => ((UpdateReply.Offered)Judge(Answer(steps), s_asked with { Version = running }))
            .Offer.Version;
        Assert.That(
            new[] { "900.0.0", "1122.2.0", "1400.0.0", "1500.0.0", "3000.0.0" }.Select(Next),
            Is.EqualTo(new[] { "1000.0.0", "1400.0.0", "1500.0.0", "2000.0.0", "2000.0.0" }));
    }

    [Test]
    public void The_interval_of_the_server_comes_with_every_answer()
    {
        UpdateReply none = Judge(Answer(check: "status=\"noupdate\" PollInterval=\"900\""));
        Assert.That(none, Is.EqualTo(new UpdateReply.UpToDate { PollInterval = TimeSpan.FromMinutes(15) }));
        byte[] odd = Encoding.UTF8.GetBytes(Answer(check: "status=\"noupdate\" PollInterval=\"-1\""));
        OmahaResponse response = OmahaResponseCodec.Read(odd, out _)!;
        Assert.That(UpdateReplyReader.Read(response, s_asked).PollInterval, Is.Null);
        Assert.That(response.Oddities.Single(), Does.StartWith(
            "PollInterval of <updatecheck> in line 1 is \"-1\", no number that makes sense"));
    }

    [Test]
    public void An_update_that_is_held_back_is_no_failure_and_not_hidden()
    {
        var held = (UpdateReply.Held)Judge(Answer(
            check: "status=\"noupdate\" holdreason=\"wave\" holdtext=\"wave 3 of 5\" "
            + "holduntil=\"2030-01-02T03:04:05Z\""));
        Assert.Multiple(() =>
        {
            Assert.That(held.Hold.Until, Is.EqualTo(s_night));
            Assert.That(
                held.Hold.Describe(), Is.EqualTo("this machine belongs to a later wave: wave 3 of 5"));
            Assert.That(new OmahaHold("next-century").Describe(), Is.EqualTo("next-century"));
            Assert.That(HoldReasons.All.Select(HoldReasons.Meaning), Has.None.Null);
        });
    }

    [TestCase("error-updatesDisabled", HoldReasons.Disabled)]
    [TestCase("error-maxUpdatesPerPeriodLimitReached", HoldReasons.RateLimit)]
    [TestCase("error-maxConcurrentUpdatesLimitReached", HoldReasons.Concurrency)]
    [TestCase("error-maxTimedOutUpdatesLimitReached", HoldReasons.ErrorStop)]
    [TestCase("error-updateInProgressOnInstance", HoldReasons.InProgress)]
    [TestCase("error-noPackageFound", HoldReasons.NoPackage)]
    public void Refusals_of_Nebraska_that_only_say_later_are_no_failures(string status, string reason)
    {
        string text = "<response protocol=\"3.0\" server=\"nebraska\"><daystart elapsed_seconds=\"0\"></daystart>"
            + $"<app appid=\"{AppId.CoreOs}\" status=\"{status}\"></app></response>";
        Assert.That(Judge(text), Is.EqualTo(new UpdateReply.Held(new OmahaHold(reason))));
    }

    [TestCase("error-unknownApplicationOrGroup", "it does not know the application {e96281a6-d1af-4bde-9a0a-97b76e56dc"
        + "57} or the group \"stable\"")]
    [TestCase("error-instanceRegistrationFailed", "it could not register this machine")]
    [TestCase("restricted", "may not have the application")]
    [TestCase("error-somethingNew", "refused: error-somethingNew")]
    public void Other_refusals_say_what_to_do(string status, string message)
    {
        OmahaFault fault = Fault(Answer(app: $"appid=\"{AppId.CoreOs}\" status=\"{status}\""));
        Assert.That(fault.Code, Is.EqualTo(34));
        Assert.That(fault.Message, Does.Contain(message));
    }

    [Test]
    public void Without_a_question_an_acknowledgement_is_enough()
    {
        string text = $"<response protocol=\"3.0\"><app appid=\"{AppId.CoreOs}\" status=\"ok\"><event status=\"ok\"/>"
            + "</app></response>";
        Assert.That(Judge(text, s_asked with { UpdateCheck = null }), Is.EqualTo(new UpdateReply.Acknowledged()));
        Assert.That(Fault(text).Message, Does.Contain("has no <updatecheck>"));
    }

    private static IEnumerable<TestCaseData> Broken()
    {
        static TestCaseData Case(string text, uint code, string message) =>
            new TestCaseData(text, code, message).SetArgDisplayNames(message);
        yield return Case("", 30, "answered nothing");
        yield return Case(" \n", 30, "answered nothing");
        yield return Case("<!DOCTYPE html><html><body>Sign in</body></html>", 31, "is an HTML page");
        yield return Case("\n<HTML><p>Sign in</HTML>", 31, "is an HTML page");
        yield return Case("<html></html>", 34, "answered <html> and not <response>: a proxy or a login page");
        yield return Case("{\"ok\":true}", 31, "cannot be read as XML, line 1, column 1: text outside");
        yield return Case("<response\" protocol=\"3.0\"></response>", 31, "white space is missing");
        yield return Case(Answer(Manifest())[..^20], 31, "the text ends inside");
        yield return Case("<request protocol=\"3.0\"/>", 34, "answered <request> and not <response>");
        yield return Case("<response protocol=\"4.0\"/>", 34, "speaks protocol \"4.0\"");
        yield return Case("<response/>", 34, "has no <app>");
        yield return Case(Answer(app: "appid=\"{other}\" status=\"ok\""), 34, "answered about {other}, not about");
        yield return Case(Answer(check: ""), 34, "<updatecheck> has no status");
        yield return Case(Answer(check: "status=\"error-osnotsupported\""), 34, "it has nothing for this system");
        yield return Case(Answer(), 34, "without a <manifest>");
        yield return Case(Answer("<manifest version=\"1\"/>"), 34, "without a <package>");
        yield return Case(Answer(Manifest(action: "event=\"install\"")), 34, "without an <action event=");
        yield return Case(Answer(Manifest(action: "event=\"postinstall\"")), 34, "gives no sha256");
        yield return Case(
            Answer(Manifest(action: "event=\"postinstall\" sha256=\"AAAA\"")), 34, "a sha256 that is none");
        yield return Case(Answer(Manifest("name=\"u\" size=\"0\"")), 34, "size as \"0\"");
        yield return Case(Answer(Manifest("name=\"u\"")), 34, "size as \"\"");
        yield return Case(Answer(Manifest("name=\"u\" size=\"99999999999999999999\"")), 34, "size as \"99999999");
        yield return Case(Answer(Manifest("size=\"1\"")), 34, "a <package> without a name");
        yield return Case(Answer(Manifest(), ""), 34, "without a <url>");
        yield return Case(Answer(Manifest(), "<url codebase=\"file:///etc/\"/>"), 34, "URL: \"file:///etc/\"");
        yield return Case(Answer(Manifest(), "<url/>"), 34, "no http(s) URL: \"\"");
    }

    [TestCaseSource(nameof(Broken))]
    public void What_cannot_be_used_has_a_code_and_a_text(string text, uint code, string message)
    {
        OmahaFault fault = Fault(text);
        Assert.That(fault.Code, Is.EqualTo(code));
        Assert.That(fault.Message, Does.Contain(message));
        Assert.That(fault.Message, Does.Not.Contain('\n'));
    }

    [Test]
    public void What_a_server_writes_is_read_again()
    {
        OmahaResponse all = new()
        {
            Server = "corenode",
            ElapsedSeconds = 5,
            Apps =
            [
                new OmahaAppAnswer
                {
                    Id = "a",
                    Status = "ok",
                    PingStatus = "ok",
                    EventStatuses = ["ok", "ok"],
                    UpdateCheck = new OmahaUpdateAnswer
                    {
                        Status = "noupdate",
                        PollIntervalSeconds = 60,
                        Hold = new OmahaHold("window", "<night>", s_night),
                        Codebases = ["https://a/"],
                        Manifests = [WholeManifest()],
                    },
                },
                new OmahaAppAnswer { Id = "b", Status = "error-unknownApplication" },
            ],
        };
        byte[] text = OmahaResponseCodec.Write(all);
        OmahaResponse? read = OmahaResponseCodec.Read(text, out OmahaFault? fault);
        Assert.That(fault, Is.Null);
        Assert.That(read!.Oddities, Is.Empty);
        Assert.That(Encoding.UTF8.GetString(OmahaResponseCodec.Write(read)), Is.EqualTo(Encoding.UTF8.GetString(text)));
        Assert.That(read.Apps[0].UpdateCheck!.Hold, Is.EqualTo(all.Apps[0].UpdateCheck!.Hold));
        Assert.That(
            read.Apps[0].UpdateCheck!.Manifests[0].Actions[0], Is.EqualTo(WholeManifest().Actions[0]));
    }

    private static OmahaManifest WholeManifest() => new()
    {
        Version = "1",
        IsFloor = true,
        FloorReason = "f",
        IsTarget = true,
        Packages = [new OmahaPackage { Name = "n", Sha1 = "s", Sha256 = Hash, Size = "7", IsRequired = true }],
        Actions =
        [
            new OmahaAction
            {
                Event = "postinstall",
                Sha256 = Hash,
                NeedsAdmin = true,
                IsDelta = true,
                DisablePayloadBackoff = true,
                MaxFailureCountPerUrl = 4,
                MetadataSignatureRsa = "r",
                MetadataSize = "9",
                Deadline = "now",
                DisplayVersion = "d",
                ChromeOsVersion = "c",
                MoreInfo = "m",
                Prompt = true,
                MaxDaysToScatter = 2,
            },
        ],
    };
}
