using CoreNode.Runner.Settings;

namespace CoreNode.Tests.Runner;

[TestFixture, Category("Unit")]
internal sealed class CommandLinesTests
{
    private static readonly Specifiers s_specifiers = new(
        "web-front@a-b\\x2dc.service",
        new HostFacts { MachineId = "0123", BootId = "4567", HostName = "host.example" });

    [TestCase("/bin/a b c", "/bin/a|b|c")]
    [TestCase("/bin/a \"b c\" 'd e' f\"g h\"i", "/bin/a|b c|d e|fg hi")]
    [TestCase("/bin/a 'it\\'s' \"\\\"\" \\x41\\101\\u20AC \\s", "/bin/a|it's|\"|AA€| ")]
    [TestCase("/bin/a \\q '' \"\"", "/bin/a|\\q||")]
    [TestCase("/bin/a %n %N %p %i %I %j %H %l %m %b %t %h %u %% %z",
        "/bin/a|web-front@a-b\\x2dc.service|web-front@a-b\\x2dc|web-front|a-b\\x2dc|a/b-c|front|host.example|host"
        + "|0123|4567|/run|/root|root|%|%z")]
    [TestCase("/bin/a %f %P %J", "/bin/a|/a/b-c|web/front|front")]
    [TestCase("/bin/a x \\; y", "/bin/a|x|;|y")]
    [TestCase("@/bin/a name b", "name|b")]
    [TestCase("a b", "a|b")]
    public void Lines_are_split_as_systemd_splits_them(string line, string expected)
    {
        IReadOnlyList<ExecCommand>? commands = CommandLines.Parse(line, s_specifiers, out string problem);
        Assert.That(problem, Is.Empty);
        Assert.That(commands, Has.Count.EqualTo(1));
        Assert.That(string.Join('|', commands![0].Arguments), Is.EqualTo(expected));
    }

    [Test]
    public void A_semicolon_divides_commands()
    {
        IReadOnlyList<ExecCommand>? commands = CommandLines.Parse("/bin/a b ; -/bin/c ;", s_specifiers, out _);
        Assert.That(commands!.Select(c => string.Join('|', c.Arguments)), Is.EqualTo((string[])["/bin/a|b", "/bin/c"]));
        Assert.That(commands!.Select(c => c.IgnoresFailure), Is.EqualTo((bool[])[false, true]));
    }

    [TestCase("-@:+/bin/a name", true, true, true)]
    [TestCase("!!/bin/a", false, false, true)]
    [TestCase("/bin/a", false, false, false)]
    public void Prefixes_stand_before_the_program(string line, bool ignores, bool isLiteral, bool isPrivileged)
    {
        ExecCommand command = CommandLines.Parse(line, s_specifiers, out _)![0];
        Assert.That(command.Path, Is.EqualTo("/bin/a"));
        Assert.That(
            (command.IgnoresFailure, command.IsLiteral, command.IsPrivileged),
            Is.EqualTo((ignores, isLiteral, isPrivileged)));
    }

    [TestCase("/bin/a 'b", "quote")]
    [TestCase("-", "no program")]
    [TestCase("bin/a", "absolute")]
    [TestCase("@/bin/a", "name")]
    public void What_cannot_be_run_is_refused_with_the_reason(string line, string reason)
    {
        Assert.That(CommandLines.Parse(line, s_specifiers, out string problem), Is.Null);
        Assert.That(problem, Does.Contain(reason));
    }

    [TestCase("/bin/a $ONE x$ONE ${ONE}y $TWO ${TWO} $NONE ${NONE} $$ONE $$ a$",
        "/bin/a|1|x$ONE|1y|two|words|two words||$ONE|$|a$")]
    [TestCase(":/bin/a $ONE ${ONE} $$", "/bin/a|$ONE|${ONE}|$$")]
    public void Variables_are_put_in_when_it_runs(string line, string expected)
    {
        Dictionary<string, string> environment = new() { ["ONE"] = "1", ["TWO"] = "two words" };
        ExecCommand command = CommandLines.Parse(line, s_specifiers, out _)![0];
        Assert.That(string.Join('|', CommandLines.Expand(command, environment)), Is.EqualTo(expected));
    }
}
