using System.Text;
using System.Text.RegularExpressions;
using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Model;

/// <summary>Go's path.Match.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitGlobTests
{
    [TestCase("abc", "abc", true)]
    [TestCase("*", "abc", true)]
    [TestCase("*c", "abc", true)]
    [TestCase("a*", "ab/c", false)]
    [TestCase("a*/b", "a/c/b", false)]
    [TestCase("a*b*c*d*e*/f", "axbxcxdxexxx/f", true)]
    [TestCase("a*b?c*x", "abxbbxdbxebxczzx", true)]
    [TestCase("a*b?c*x", "abxbbxdbxebxczzy", false)]
    [TestCase("ab[c]", "abc", true)]
    [TestCase("ab[b-d]", "abc", true)]
    [TestCase("ab[e-g]", "abc", false)]
    [TestCase("ab[^c]", "abc", false)]
    [TestCase("ab[^e-g]", "abc", true)]
    [TestCase("a\\*b", "a*b", true)]
    [TestCase("a\\*b", "ab", false)]
    [TestCase("a?b", "a☺b", true)]
    [TestCase("a[^a]b", "a☺b", true)]
    [TestCase("a???b", "a☺b", false)]
    [TestCase("[a-ζ]*", "α", true)]
    [TestCase("a?b", "a/b", false)]
    [TestCase("[\\]a]", "]", true)]
    [TestCase("[\\-x]", "x", true)]
    [TestCase("[\\-x]", "z", false)]
    [TestCase("*x", "xxx", true)]
    [TestCase("", "", true)]
    [TestCase("", "a", false)]
    [TestCase("hello.*.service", "hello.service", false)]
    [TestCase("web@*.service", "web@1.service", true)]
    public void A_pattern_matches_as_in_Go(string pattern, string name, bool isMatch) =>
        Assert.That(UnitGlob.IsMatch(pattern, name), Is.EqualTo(isMatch));

    [TestCase("[")]
    [TestCase("[^")]
    [TestCase("[^bc")]
    [TestCase("a[")]
    [TestCase("[]a]")]
    [TestCase("[-]")]
    [TestCase("[x-]")]
    [TestCase("[a-b-c]")]
    [TestCase("\\")]
    public void A_malformed_pattern_is_found_and_matches_nothing(string pattern)
    {
        Assert.That(UnitGlob.IsValid(pattern), Is.False);
        Assert.That(UnitGlob.IsMatch(pattern, pattern), Is.False);
    }

    [Test]
    public void It_agrees_with_a_regular_expression([Range(1, 10)] int seed)
    {
        Prng chance = new((ulong)seed);
        int matches = 0;
        for (int round = 0; round < 2000; round++)
        {
            string pattern = Word(chance, "ab*?*b", 7);
            string name = Word(chance, "ab/", 8);
            StringBuilder twin = new("^");
            foreach (char c in pattern)
                twin.Append(c switch { '*' => "[^/]*", '?' => "[^/]", _ => c.ToString() });
            bool expected = Regex.IsMatch(name, twin.Append("$(?!\n)").ToString());
            matches += expected ? 1 : 0;
            Assert.That(UnitGlob.IsMatch(pattern, name), Is.EqualTo(expected), () => $"{pattern} {name}");
        }

        Assert.That(matches, Is.GreaterThan(100));
    }

    private static string Word(Prng chance, string letters, int length)
    {
        char[] word = new char[chance.NextUInt64() % (ulong)length];
        for (int i = 0; i < word.Length; i++)
            word[i] = letters[(int)(chance.NextUInt64() % (ulong)letters.Length)];
        return new string(word);
    }
}
