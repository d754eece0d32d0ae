using System.Text;
using System.Xml.Linq;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Updates.Omaha;

/// <summary>Requests: those that a machine sends, byte for byte, and those that others have sent.</summary>
[TestFixture, Category("Unit")]
internal sealed class OmahaRequestCodecTests
{
    private static readonly UpdateMachine s_machine = new()
    {
        Client = "corenode-1.2.3",
        Version = "1122.2.0",
        Group = "stable",
        MachineId = "8bd7839851764d2ab8b94a4ab5b4a3f1",
        BootId = "{965fb4c5-ad3e-4eb7-a4c2-ca0c0e31ec84}",
        Board = "amd64-usr",
        Oem = "ami",
        OemVersion = "0.0.4",
        AlephVersion = "1068.8.0",
    };

    private static string Text(OmahaRequest request) => Encoding.UTF8.GetString(OmahaRequestCodec.Write(request));

    private static OmahaRequest Read(string text)
    {
        OmahaRequest? request = OmahaRequestCodec.Read(Encoding.UTF8.GetBytes(text), out OmahaFault? fault);
        Assert.That(fault, Is.Null);
        return request!;
    }

    [Test]
    public void A_check_is_written_as_update_engine_writes_it()
    {
        OmahaRequest check = ClientRequests.Check(s_machine, isOnDemand: false, "1068.8.0");
        Assert.That(Text(check), Is.EqualTo(Recorded.Text("check.xml")));
    }

    [Test]
    public void The_first_check_after_a_boot_tells_what_the_boot_was()
    {
        Assert.Multiple(() =>
        {
            Assert.That(EventOf(null), Is.EqualTo("3:2 previous 0.0.0.0"));
            Assert.That(EventOf(""), Is.EqualTo("3:2 previous "), "it was told before");
            Assert.That(EventOf("1068.8.0"), Is.EqualTo("3:2 previous 1068.8.0"));
            Assert.That(EventOf("1122.2.0"), Is.EqualTo("3:0 code 44"), "the old version runs: it was rolled back");
        });
    }

    [Test]
    public void Events_and_pings_carry_nothing_else()
    {
        OmahaRequest told = ClientRequests.Event(s_machine, isOnDemand: true, OmahaEvent.Failed(0x8000_0009));
        OmahaRequest ping = ClientRequests.Ping(s_machine);
        Assert.Multiple(() =>
        {
            Assert.That(Text(told), Does.Contain("installsource=\"ondemandupdate\""));
            Assert.That(Text(told), Does.Contain(
                "<event eventtype=\"3\" eventresult=\"0\" errorcode=\"2147483657\"/>\n  </app>"));
            Assert.That(Text(told), Does.Not.Contain("<ping").And.Not.Contain("<updatecheck"));
            Assert.That(Text(ping), Does.Contain("<ping active=\"1\"/>\n  </app>"));
            Assert.That(Text(ping), Does.Not.Contain("<event").And.Not.Contain("<updatecheck"));
        });
    }

    [Test]
    public void An_update_is_told_in_order()
    {
        OmahaEvent[] order =
        [
            OmahaEvent.DownloadStarted, OmahaEvent.DownloadFinished, OmahaEvent.Installed, OmahaEvent.Running("1.0.0"),
        ];
        Assert.That(
            order.Select(e => $"{(int)e.Type}:{(int)e.Result}"), Is.EqualTo(new[] { "13:1", "14:1", "3:1", "3:2" }));
        Assert.That(
            new[] { OmahaEvent.RebootHeld, OmahaEvent.Deferred(40), OmahaEvent.RolledBack }
                .Select(e => $"{(int)e.Type}:{(int)e.Result}:{e.ErrorCode}"),
            Is.EqualTo(new[] { "800:1:", "3:9:40", "3:0:44" }));
    }

    [Test]
    public void Whatever_a_machine_is_called_a_strict_reader_understands()
    {
        const string Alias = "rack \"7\" <a & b>\n\0\uD800 ü";
        string text = Text(ClientRequests.Ping(s_machine with { Alias = Alias, Oem = "' x=\"" }));
        XElement app = XDocument.Parse(text).Root!.Element("app")!;
        Assert.Multiple(() =>
        {
            Assert.That(app.Attribute("machinealias")!.Value, Is.EqualTo("rack \"7\" <a & b>\n\uFFFD\uFFFD ü"));
            Assert.That(app.Attribute("oem")!.Value, Is.EqualTo("' x=\""));
            Assert.That(Read(text).Apps[0].MachineAlias, Is.EqualTo("rack \"7\" <a & b>\n\uFFFD\uFFFD ü"));
        });
    }

    [Test]
    public void What_is_written_is_read_again()
    {
        OmahaRequest all = ClientRequests.Check(s_machine with { Alias = "a", DeltaOkay = true }, true, null) with
        {
            RequestId = "{1}",
            SessionId = "{2}",
            UserId = "{3}",
            TestSource = "dev",
            Os = new OmahaOs { Version = "v", Platform = "p", ServicePack = "s", Architecture = "x64" },
        };
        all = all with
        {
            Apps =
            [
                all.Apps[0] with
                {
                    FromTrack = "beta",
                    NextVersion = "9",
                    Client = "c",
                    InstallAge = "3",
                    MultiManifestOkay = true,
                    Ping = new OmahaPing(false, 3, -1),
                    UpdateCheck = new OmahaUpdateCheck("11"),
                    Events = [OmahaEvent.DownloadStarted with { NextVersion = "9" }, OmahaEvent.Failed(uint.MaxValue)],
                },
                new OmahaApp { Id = "other" },
            ],
        };
        Assert.That(Text(Read(Text(all))), Is.EqualTo(Text(all)));
    }

    [Test]
    public void Old_and_foreign_clients_are_understood()
    {
        OmahaRequest request = Read(Recorded.Text("old-client.xml"));
        OmahaApp app = request.Apps[0];
        Assert.Multiple(() =>
        {
            Assert.That(AppId.AreSame(app.Id, AppId.CoreOs));
            Assert.That(AppId.Bare(app.Id), Is.EqualTo("e96281a6-d1af-4bde-9a0a-97b76e56dc57"));
            Assert.That(app.DeltaOkay, Is.True);
            Assert.That(app.Ping, Is.EqualTo(new OmahaPing(false, -1, 2)));
            Assert.That(app.UpdateCheck!.TargetVersionPrefix, Is.EqualTo("36"));
            Assert.That(app.Events[0].ErrorCode, Is.EqualTo(0x8000_0022));
            Assert.That(app.Events[0].PreviousVersion, Is.Empty);
            Assert.That((int)app.Events[1].Type, Is.EqualTo(4711));
        });
    }

    [TestCase("<request protocol=\"3.0\"><app appid=\"a\" MACHINE ALIAS/></request>", 31, "has no = and no value")]
    [TestCase("<response protocol=\"3.0\"/>", 34, "the root element is <response>")]
    [TestCase("<request protocol=\"2.0\"><app appid=\"a\"/></request>", 34, "the protocol is \"2.0\"")]
    [TestCase("<request protocol=\"3.0\"/>", 34, "0 applications")]
    [TestCase("<request protocol=\"3.0\"><app appid=\" {} \"/></request>", 34, "without an appid")]
    [TestCase(
        "<request protocol=\"3.0\"><app appid=\"a\">\n<event eventtype=\"x\" eventresult=\"1\"/></app></request>", 34,
        "eventtype of <event> in line 2 is no number")]
    public void What_is_no_request_is_refused(string text, int code, string message)
    {
        Assert.That(OmahaRequestCodec.Read(Encoding.UTF8.GetBytes(text), out OmahaFault? fault), Is.Null);
        Assert.That(fault!.Code, Is.EqualTo((uint)code));
        Assert.That(fault.Message, Does.Contain(message));
    }

    private static string EventOf(string? previous)
    {
        OmahaEvent one = ClientRequests.Check(s_machine, false, previous).Apps[0].Events.Single();
        string detail = one.ErrorCode is { } code ? $"code {code}" : $"previous {one.PreviousVersion}";
        return $"{(int)one.Type}:{(int)one.Result} {detail}";
    }
}
