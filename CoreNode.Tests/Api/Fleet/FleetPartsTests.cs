using System.Text;
using System.Text.Json;
using CoreNode.Api.Fleet;
using CoreNode.Api.Fleet.Machines;
using CoreNode.Api.Fleet.Own;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>The parts of the units' surfaces that decide without a request.</summary>
[TestFixture, Category("Unit")]
internal sealed class FleetPartsTests
{
    [Test]
    public void Page_tokens_are_fleets_own()
    {
        Assert.That(new PageToken(11852).Encode(), Is.EqualTo("ZABMLg=="));
        Assert.That(PageToken.Decode("ZABMLg==", out _), Is.EqualTo(new PageToken(11852)));
        Assert.That(new PageToken(0xFBFF).Encode(), Is.EqualTo("ZAD_-w=="));
        Assert.That(PageToken.Decode("ZAD_-w==", out _), Is.EqualTo(new PageToken(0xFBFF)));
    }

    [TestCase(0, null)]
    [TestCase(99, null)]
    [TestCase(100, null)]
    [TestCase(101, 2)]
    public void There_is_a_next_page_only_if_something_is_on_it(int count, int? next) =>
        Assert.That(PageToken.First.Next(count)?.Page, Is.EqualTo(next));

    [Test]
    public void Pages_cover_a_list_once()
    {
        PageToken? token = PageToken.First;
        int at = 0;
        for (; token is not null; token = token.Next(250))
        {
            (int from, int to) = token.Range(250);
            Assert.That(from, Is.EqualTo(at));
            at = to;
        }

        Assert.That(at, Is.EqualTo(250));
    }

    [Test]
    public void The_discovery_document_names_every_method_and_schema()
    {
        JsonBuffer json = new(1024);
        DiscoveryDocument.Write(json);
        using JsonDocument document = JsonDocument.Parse(json.Written.ToArray());
        JsonElement root = document.RootElement;
        Assert.That(root.GetProperty("kind").GetString(), Is.EqualTo("discovery#restDescription"));
        Assert.That(
            root.GetProperty("schemas").EnumerateObject().Select(static s => s.Name),
            Is.EqualTo(new[]
            {
                "Machine", "MachinePage", "UnitOption", "Unit", "UnitPage", "UnitState", "UnitStatePage",
            }));
        string[] methods = [.. root.GetProperty("resources").EnumerateObject().SelectMany(
            static r => r.Value.GetProperty("methods").EnumerateObject().Select(
                static m => m.Value.GetProperty("id").GetString()!))];
        Assert.That(methods, Is.EqualTo(new[]
        {
            "fleet.Machine.List", "fleet.Unit.List", "fleet.Unit.Get", "fleet.Unit.Delete", "fleet.Unit.Set",
            "fleet.UnitState.List", "fleet.UnitState.Get",
        }));
        Assert.That(
            root.GetProperty("resources").GetProperty("Units").GetProperty("methods").GetProperty("Set")
                .GetProperty("path").GetString(),
            Is.EqualTo("units/{unitName}"));
    }

    [Test]
    public void Launched_is_held_for_a_moment_unless_something_else_is_asked_for()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        LaunchedHold hold = new(time);
        Assert.That(hold.Holds("a.service"), Is.False);
        hold.Begin("a.service");
        time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.That(hold.Holds("a.service"), Is.True, "fleetctl looks after 250 ms");
        time.Advance(LaunchedHold.Duration);
        Assert.That(hold.Holds("a.service"), Is.False);
        hold.Begin("a.service");
        hold.End("a.service");
        Assert.That(hold.Holds("a.service"), Is.False);
        for (int i = 0; i < 1000; i++)
        {
            hold.Begin($"{i}.service");
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.That(hold.Holds("999.service"), Is.True);
        Assert.That(hold.Holds("900.service"), Is.False);
    }

    [TestCase("30s", 30)]
    [TestCase("500ms", 0.5)]
    [TestCase("2m", 120)]
    [TestCase("1h", 3600)]
    [TestCase("7", 7)]
    [TestCase("0.5", 0.5)]
    [TestCase(null, 30)]
    public void Times_are_read(string? text, double seconds)
    {
        Assert.That(LongPoll.TryReadTime(text, out TimeSpan time), Is.True);
        Assert.That(time.TotalSeconds, Is.EqualTo(seconds));
    }

    [TestCase("")]
    [TestCase("-1s")]
    [TestCase("soon")]
    [TestCase("99999999h")]
    [TestCase("1e9s")]
    public void Other_times_are_none(string text) => Assert.That(LongPoll.TryReadTime(text, out _), Is.False);

    [Test]
    public void Questions_and_lines_come_back_as_they_went()
    {
        MachineQuestion question = new("a\"b.service", 12, true);
        Assert.That(MachineQuestion.Decode(question.Encode()), Is.EqualTo(question));
        JournalLine line = new(DateTimeOffset.FromUnixTimeMilliseconds(1_795_000_000_123), "a\nb \u0001é", 3, "x", 9);
        JsonBuffer json = new(64);
        MachineJson.Write(json, line, "m");
        Assert.That(MachineJson.ReadLine(json.Written), Is.EqualTo(line));
    }

    [TestCase("")]
    [TestCase("5")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"unit":5}""")]
    [TestCase("""{"unit":"a","lines":-1}""")]
    [TestCase("""{"unit":"a","lines":99999999999}""")]
    public void What_is_no_question_is_none(string text) =>
        Assert.That(MachineQuestion.Decode(Encoding.UTF8.GetBytes(text)), Is.Null);

    [Test]
    public void A_report_of_a_later_version_is_read_as_far_as_it_is_known()
    {
        UnitReport? report = MachineJson.ReadReport(
            """{"version":9,"new":[{"a":1}],"load":"loaded","active":"active","sub":"running","mainPid":3}"""u8);
        Assert.That(report!.States, Is.EqualTo(new UnitStates("loaded", "active", "running")));
        Assert.That(report.MainPid, Is.EqualTo(3));
    }

    [Test]
    public void Whatever_bytes_a_machine_answers_they_are_read_or_refused()
    {
        Prng random = new(0x5EED);
        byte[] good = Encoding.UTF8.GetBytes(
            """{"load":"a","since":"2026-01-01T00:00:00Z","cpuSeconds":1.5,"lines":[{"message":"x","pid":1}],"x":1}""");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. good];
            for (int n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            int length = random.Next(bytes.Length + 1);
            Assert.That(() => MachineJson.ReadReport(bytes.AsSpan(0, length)), Throws.Nothing);
            Assert.That(() => MachineJson.ReadLine(bytes.AsSpan(0, length)), Throws.Nothing);
            Assert.That(() => MachineQuestion.Decode(bytes.AsSpan(0, length)), Throws.Nothing);
        }
    }

    [Test]
    public async Task Lines_are_cut_wherever_the_pieces_end()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 300).Select(static i =>
            new string('x', i * 17) + "\n")) + "rest");
        for (int piece = 1; piece < 5000; piece = piece * 3 + 1)
        {
            using PiecemealStream stream = new(bytes, piece);
            LineReader reader = new(stream);
            for (int i = 0; i < 300; i++)
                Assert.That((await reader.ReadAsync(CancellationToken.None))!.Value.Length, Is.EqualTo(i * 17));
            Assert.That((await reader.ReadAsync(CancellationToken.None))!.Value.Length, Is.EqualTo(4));
            Assert.That(await reader.ReadAsync(CancellationToken.None), Is.Null);
        }
    }

    [Test]
    public void A_line_without_end_is_refused()
    {
        using MemoryStream stream = new(new byte[LineReader.MaxLineBytes + (64 << 10)]);
        LineReader reader = new(stream);
        Assert.That(async () => await reader.ReadAsync(CancellationToken.None), Throws.TypeOf<IOException>());
    }

    private sealed class PiecemealStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
