using CoreNode.Cli.Etcdctl;
using CoreNode.Foundation;

namespace CoreNode.Tests.Cli;

/// <summary>Flags by Go's rules; the expected words were seen in etcdctl 3.4.23.</summary>
[TestFixture, Category("Unit")]
internal sealed class GoFlagSetTests
{
    private static readonly GoFlag[] s_flags =
    [
        new(["ttl"], GoFlagKind.Number, ""),
        new(["recursive", "r"], GoFlagKind.Boolean, ""),
        new(["output", "o"], GoFlagKind.Text, ""),
        new(["timeout"], GoFlagKind.Duration, ""),
        new(["roles"], GoFlagKind.Texts, ""),
    ];

    [TestCase("--ttl 5 /a x", 5, "/a x")]
    [TestCase("-ttl=5 /a x", 5, "/a x")]
    [TestCase("/a --ttl 5 x", 5, "/a x")]
    [TestCase("/a x --ttl 0x10", 16, "/a x")]
    [TestCase("/a x --ttl 010", 8, "/a x")]
    [TestCase("--ttl -1 /a", -1, "/a")]
    [TestCase("/a -5", 0, "/a -5")]
    [TestCase("/a -", 0, "/a -")]
    [TestCase("-- /a -5", 0, "/a -5")]
    [TestCase("/a -- --ttl 5", 0, "/a --ttl 5")]
    public void Flags_may_stand_anywhere_before_the_separator(string words, long ttl, string arguments)
    {
        var flags = new GoFlagSet(s_flags);
        Assert.That(flags.ParseReordered(words.Split(' '), keepsSeparator: false), Is.Null);
        Assert.That(flags.Number("ttl"), Is.EqualTo(ttl));
        Assert.That(string.Join(' ', flags.Arguments), Is.EqualTo(arguments));
    }

    [Test]
    public void A_list_is_added_to_and_its_commas_are_part_of_a_text()
    {
        var flags = new GoFlagSet(s_flags);
        Assert.That(flags.ParseReordered("--roles a,b u --roles c".Split(' '), keepsSeparator: false), Is.Null);
        Assert.That(flags.Texts("roles"), Is.EqualTo(new[] { "a,b", "c" }));
        Assert.That(flags.Arguments, Is.EqualTo(new[] { "u" }));
        Assert.That(new GoFlagSet(s_flags).Texts("roles"), Is.Empty);
    }

    [TestCase("/a -- echo -r", false, "/a -- echo -r")]
    [TestCase("/a -r -- echo -r", true, "/a -- echo -r")]
    [TestCase("-r /a -- echo", true, "/a -- echo")]
    public void A_command_to_run_keeps_its_own_flags(string words, bool isRecursive, string arguments)
    {
        var flags = new GoFlagSet(s_flags);
        Assert.That(flags.ParseReordered(words.Split(' '), keepsSeparator: true), Is.Null);
        Assert.That(flags.Has("recursive"), Is.EqualTo(isRecursive));
        Assert.That(string.Join(' ', flags.Arguments), Is.EqualTo(arguments));
    }

    [TestCase("--bogus /a", "flag provided but not defined: -bogus")]
    [TestCase("-rp", "flag provided but not defined: -rp")]
    [TestCase("--ttl", "flag needs an argument: -ttl")]
    [TestCase("--ttl abc", "invalid value \"abc\" for flag -ttl: parse error")]
    [TestCase("--ttl 99999999999999999999", "invalid value \"99999999999999999999\" for flag -ttl: value out of range")]
    [TestCase("--recursive=maybe", "invalid boolean value \"maybe\" for -recursive: parse error")]
    [TestCase("--timeout 5", "invalid value \"5\" for flag -timeout: parse error")]
    [TestCase("---ttl 5", "bad flag syntax: ---ttl")]
    [TestCase("--=x", "bad flag syntax: --=x")]
    public void What_is_wrong_is_told_in_the_words_of_go(string words, string problem) =>
        Assert.That(new GoFlagSet(s_flags).Parse(words.Split(' ')), Is.EqualTo(problem));

    [TestCase("2s", 2000)]
    [TestCase("1m30.5s", 90500)]
    [TestCase("250ms", 250)]
    [TestCase("0", 0)]
    [TestCase("-1s", -1000)]
    [TestCase("1h1ms", 3600001)]
    public void A_duration_has_units(string text, double milliseconds) =>
        Assert.That(GoDuration.Parse(text)?.TotalMilliseconds, Is.EqualTo(milliseconds));

    [TestCase("5")]
    [TestCase("")]
    [TestCase("1x")]
    [TestCase("s")]
    [TestCase("--1s")]
    [TestCase("99999999999h")]
    public void What_is_no_duration_is_refused(string text) => Assert.That(GoDuration.Parse(text), Is.Null);
}
