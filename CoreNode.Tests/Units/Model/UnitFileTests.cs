using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Model;

/// <summary>systemd.syntax(7), and fleet's normal form and hash (A.3).</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitFileTests
{
    [Test]
    public void The_hash_is_fleets()
    {
        UnitFile file = UnitFile.Of(
        [
            new("Unit", "Description", "Hello World"),
            new("Service", "ExecStart", "/bin/bash -c \"while true; do echo Hello; sleep 1; done\""),
        ]);
        Assert.That(file.Hash, Is.EqualTo("e691c7738733e8cc13741640221b78ed8b6c2ec9"));
    }

    [Test]
    public void Comments_empty_lines_and_spaces_do_not_change_the_hash()
    {
        const string Text = "; one\n\n# two\n  [Unit]  \n Description =  Hello World \t\n#x\n\n[Service]\r\n"
            + "ExecStart=/bin/bash -c \"while true; do echo Hello; sleep 1; done\"";
        Assert.That(Parse(Text).Hash, Is.EqualTo("e691c7738733e8cc13741640221b78ed8b6c2ec9"));
    }

    [Test]
    public void Options_of_one_section_come_together_in_the_normal_form()
    {
        UnitFile file = Parse("[Unit]\nA=1\n[Service]\nB=2\n[Unit]\nC=3\n[Install]\n");
        Assert.That(file.Text, Is.EqualTo("[Unit]\nA=1\nC=3\n\n[Service]\nB=2\n"));
        Assert.That(file.Options.Select(o => o.Name), Is.EqualTo(new[] { "A", "B", "C" }));
        Assert.That(file.HasSection("Install"), Is.True);
        Assert.That(file.HasSection("Socket"), Is.False);
    }

    [TestCase("a \\\n  b", "a    b", TestName = "A_backslash_at_the_end_continues_a_line")]
    [TestCase("a \\\n# no\n  ; nor\n b", "a   b", TestName = "Comments_between_continued_lines_are_dropped")]
    [TestCase("a \\\n# no \\\n b", "a   b", TestName = "A_comment_is_not_continued_itself")]
    [TestCase("a \\\n\nName2=c", "a", TestName = "An_empty_line_ends_a_continuation")]
    [TestCase("a \\", "a", TestName = "The_end_of_the_text_ends_a_continuation")]
    [TestCase("a \\\\\nName2=c", "a \\\\", TestName = "An_escaped_backslash_continues_nothing")]
    [TestCase("\"x  y\" 'z' \\x20", "\"x  y\" 'z' \\x20", TestName = "Quotes_and_escapes_stay_as_written")]
    [TestCase("a=b=c", "a=b=c", TestName = "Only_the_first_equals_sign_divides")]
    [TestCase("a # no comment", "a # no comment", TestName = "A_comment_stands_on_a_line_of_its_own")]
    public void A_value_is_read_as_systemd_reads_it(string written, string meant) =>
        Assert.That(Parse("[Service]\nName=" + written).Values("Service", "Name"), Is.EqualTo(new[] { meant }));

    [Test]
    public void A_continued_value_keeps_its_form_in_the_normal_text()
    {
        UnitFile file = Parse("[Service]\nExecStart=/bin/a \\\n# why\n  --b \\\n  --c\nType=simple\n");
        Assert.That(file.Text, Is.EqualTo("[Service]\nExecStart=/bin/a \\\n  --b \\\n  --c\nType=simple\n"));
        Assert.That(file.Options[0].JoinedValue, Is.EqualTo("/bin/a    --b    --c"));
    }

    [Test]
    public void An_empty_value_resets_what_stood_before_it()
    {
        UnitFile file = Parse("[Service]\nExecStart=/bin/a\nExecStart=\nExecStart=/bin/b\nExecStart=/bin/c\n");
        Assert.That(file.Values("Service", "ExecStart"), Is.EqualTo(new[] { "/bin/b", "/bin/c" }));
        Assert.That(file.Options, Has.Count.EqualTo(4));
        Assert.That(file.Text, Does.Contain("ExecStart=\n"));
    }

    [TestCase("[Unit\nA=1", 1)]
    [TestCase("[Unit] x\nA=1", 1)]
    [TestCase("[]\nA=1", 1)]
    [TestCase("[Unit]\n\nA", 3)]
    [TestCase("[Unit]\n# c\n=1", 3)]
    [TestCase("[Unit]\nA\\\n=1", 2)]
    [TestCase("[Unit]\nA=1\\\n2\n<<<", 4)]
    [TestCase("[Unit]\nA=\0", 2)]
    public void What_cannot_be_parsed_is_refused_with_its_line(string text, int line)
    {
        Assert.That(UnitFile.Parse(text, out IReadOnlyList<UnitProblem> problems), Is.Null);
        UnitProblem error = problems.First(p => p.IsError);
        Assert.That(error.Line, Is.EqualTo(line));
        Assert.That(error.Message, Does.Not.Contain("\n"));
    }

    [Test]
    public void Text_before_the_first_section_is_skipped_with_a_warning()
    {
        UnitFile? file = UnitFile.Parse("A=1\n[Unit]\nB=2", out IReadOnlyList<UnitProblem> problems);
        Assert.That(file!.Text, Is.EqualTo("[Unit]\nB=2\n"));
        Assert.That(problems.Single(), Is.EqualTo(problems[0] with { Line = 1, IsError = false }));
    }

    [Test]
    public void Lines_are_those_of_the_text_that_was_read()
    {
        UnitFile file = Parse("# x\n[Unit]\nA=1 \\\n 2\n\nB=3\n[Service]\nC=4");
        Assert.That(Enumerable.Range(0, 3).Select(file.LineOf), Is.EqualTo(new[] { 3, 6, 8 }));
        UnitFile built = UnitFile.Of([new("S", "A", "1 \\\n 2"), new("T", "B", "3"), new("S", "C", "4")]);
        string[] lines = built.Text.Split('\n');
        Assert.That(lines[built.LineOf(0) - 1], Does.StartWith("A="));
        Assert.That(lines[built.LineOf(1) - 1], Does.StartWith("B="));
        Assert.That(lines[built.LineOf(2) - 1], Does.StartWith("C="));
    }

    [Test]
    public void Whatever_is_not_refused_comes_back_from_its_normal_text([Range(1, 20)] int seed)
    {
        Prng chance = new((ulong)seed);
        int taken = 0;
        for (int round = 0; round < 500; round++)
        {
            UnitFile file = UnitFile.Of(Enumerable.Range(0, 1 + Below(chance, 4)).Select(_ => Option(chance)));
            if (UnitVerifier.Refusal("a.service", file) is not null)
                continue;
            taken++;
            UnitFile? again = UnitFile.Parse(file.Text, out IReadOnlyList<UnitProblem> problems);
            Assert.That(again, Is.Not.Null, () => $"{file.Text}\n{string.Join("; ", problems)}");
            Assert.That(again!.Hash, Is.EqualTo(file.Hash), () => $"<{file.Text}> <{again.Text}>");
        }

        Assert.That(taken, Is.GreaterThan(20));
    }

    private static UnitOption Option(Prng chance) =>
        new("S" + Below(chance, 3), Word(chance, 3), Word(chance, 12));

    private static string Word(Prng chance, int length)
    {
        const string Letters = "ab=\\\n#;[] \"'\r%\\\n";
        char[] word = new char[Below(chance, length + 1)];
        for (int i = 0; i < word.Length; i++)
            word[i] = Letters[Below(chance, Letters.Length)];
        return new string(word);
    }

    private static int Below(Prng chance, int limit) => (int)(chance.NextUInt64() % (ulong)limit);

    private static UnitFile Parse(string text)
    {
        UnitFile? file = UnitFile.Parse(text, out IReadOnlyList<UnitProblem> problems);
        Assert.That(file, Is.Not.Null, () => string.Join("; ", problems));
        return file!;
    }
}
