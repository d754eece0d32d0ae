using CoreNode.Api.Fleet.Machines;
using CoreNode.Api.Wire;
using CoreNode.Tests.Wal;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>What machines ask each other about units is today what docs/formats.md says (golden file).</summary>
[TestFixture, Category("Conformance")]
internal sealed class MachineFormatTests
{
    private const string File = "node-units-v1.jsonl";
    private static readonly DateTimeOffset s_time = new(638_000_000_000_000_010, TimeSpan.Zero);

    private static readonly MachineQuestion[] s_questions =
        [new("web@1.service", 10, true), new("a.service", 0, false)];

    private static readonly JournalLine s_line = new(s_time, "two\nlines, \"ä\"", 6, "web", 4711);

    private static readonly UnitReport s_report = new(new UnitStates("loaded", "active", "running"))
    {
        Result = "exit-code",
        MainPid = 4711,
        ExitStatus = 203,
        Since = s_time,
        Restarts = 2,
        MemoryBytes = 1 << 20,
        ProcessorTime = TimeSpan.FromMilliseconds(1234),
        Lines = [s_line, new JournalLine(s_time, "", 3, "", 0)],
        Error = "its journal could not be read",
    };

    [Test]
    public void Questions_and_answers_are_written_as_the_golden_file() =>
        GoldenFile.AssertIs(File, Write(s_questions, s_line, s_report));

    [Test]
    public void The_golden_questions_and_answers_are_understood()
    {
        string[] lines = System.Text.Encoding.UTF8.GetString(GoldenFile.Read(File)).Split('\n')[..^1];
        MachineQuestion[] questions = [.. lines[..2].Select(static l => MachineQuestion.Decode(Bytes(l))!)];
        JournalLine line = MachineJson.ReadLine(Bytes(lines[2]))!;
        UnitReport report = MachineJson.ReadReport(Bytes(lines[3]))!;
        Assert.That(questions, Is.EqualTo(s_questions));
        Assert.That(line, Is.EqualTo(s_line));
        Assert.That(report.Lines, Is.EqualTo(s_report.Lines));
        Assert.That(report with { Lines = s_report.Lines }, Is.EqualTo(s_report));
        Assert.That(
            Write(questions, line, report), Is.EqualTo(GoldenFile.Read(File)));
    }

    private static byte[] Write(MachineQuestion[] questions, JournalLine line, UnitReport report)
    {
        JsonBuffer json = new(1024);
        foreach (MachineQuestion question in questions)
        {
            json.Raw(question.Encode());
            json.Raw("\n"u8);
        }

        MachineJson.Write(json, line, null);
        json.Raw("\n{\"version\":1"u8);
        MachineJson.WriteFields(json, report);
        json.Raw("}\n"u8);
        return json.Written.ToArray();
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
