using System.Text;
using CoreNode.Foundation;
using CoreNode.Hosting;

namespace CoreNode.Tests.Hosting;

/// <summary>Whatever stands behind an option or in a file: options or problems, no exception.</summary>
[TestFixture, Category("Unit")]
internal sealed class NodeOptionsFuzzTests
{
    private const int Rounds = 4000;

    private static readonly string[] s_pieces =
    [
        "", " ", "\0", "a\0b", "/", "..", "a", "-1", "0", "1", "99999999999999999999", "true", "on", "none", "http://",
        "http://a", "https://[::1", "http://[::1]:99999", "http://127.0.0.1:1", "://", "a=b", "=", ",", ",,", ";", "%",
        "1h", "-1h", "9999999h", "1d", "Thu 23:00 1h", "25:00", "\n", "\t", "\ud800", "€", "x/33", "10.0.0.0/8",
        "fd00::/48", "default", "store,units", "@", ":", "a:b@", "${x}", "\\", "'", "\"", "[", "{a: b}", "&a", "*a",
    ];

    [Test]
    public void A_nul_character_in_any_option_is_a_problem_of_that_option()
    {
        foreach (NodeFlag flag in NodeFlags.All)
        {
            Assert.That(
                Problems([$"--{flag.Name}=a\0b"], _ => null, ""),
                Has.Some.StartsWith($"--{flag.Name}: the value has a NUL character"));
            Assert.That(
                Problems([], name => name == flag.EnvironmentName ? "\0" : null, ""),
                Has.Some.StartsWith($"--{flag.Name}: the value has a NUL character"));
            if (flag.Name != "config")
            {
                Assert.That(
                    Problems([], _ => null, $"{flag.Name}: \"a\\0b\"\n"),
                    Has.Some.StartsWith($"/f:1:1: {flag.Name}: the value has a NUL character"));
            }
        }
    }

    [Test]
    public void A_folder_that_must_be_there_is_not_empty()
    {
        Assert.That(
            Problems(["--data-dir="], _ => null, ""),
            Has.Some.EqualTo("--data-dir: a folder is needed, such as /var/lib/corenode"));
        Assert.That(
            Problems([], _ => null, "update-keys: \"\"\n"),
            Has.Some.StartsWith("/f:1:1: update-keys: a folder is needed"));
    }

    [Test]
    public void No_value_of_any_option_breaks_the_reader()
    {
        foreach (NodeFlag flag in NodeFlags.All)
        {
            foreach (string piece in s_pieces)
                Read([$"--{flag.Name}={piece}"], _ => null, "");
        }
    }

    [TestCase(0x5EED01UL)]
    [TestCase(0x5EED02UL)]
    public void Options_together_break_nothing(ulong seed)
    {
        Prng chance = new(seed);
        int good = 0;
        for (int round = 0; round < Rounds; round++)
        {
            List<string> arguments = [];
            for (int n = chance.Next(4); n > 0; n--)
                arguments.Add(chance.Next(8) == 0 ? Piece(chance) : $"--{Flag(chance).Name}={Value(chance)}");
            StringBuilder file = new();
            for (int n = chance.Next(4); n > 0; n--)
                file.Append($"{Flag(chance).Name}: {(chance.Next(2) == 0 ? Value(chance) : $"\"{Value(chance)}\"")}\n");
            NodeFlag told = Flag(chance);
            string value = Value(chance);
            good += Read(arguments, name => name == told.EnvironmentName ? value : null, file.ToString()) ? 1 : 0;
        }

        Assert.That(good, Is.GreaterThan(Rounds / 100).And.LessThan(Rounds), "some are right and some are wrong");
    }

    private static NodeFlag Flag(Prng chance) => NodeFlags.All[chance.Next(NodeFlags.All.Count)];

    private static string Piece(Prng chance) => s_pieces[chance.Next(s_pieces.Length)];

    private static string Value(Prng chance)
    {
        string value = Piece(chance);
        for (int n = chance.Next(3); n > 0; n--)
            value += Piece(chance);
        return value;
    }

    private static bool Read(IReadOnlyList<string> arguments, Func<string, string?> environment, string file)
    {
        NodeOptionsReader reader = new(environment, _ => file, static _ => false, static _ => null, "/f");
        try
        {
            bool isGood = reader.Read(arguments) is not null;
            Assert.That(isGood, Is.EqualTo(reader.Problems.Count == 0));
            return isGood;
        }
        catch (Exception fault) when (fault is not AssertionException)
        {
            string told = $"{string.Join(' ', arguments)}\n{file}\n{fault}";
            Assert.Fail(told.Replace("\0", "\\0", StringComparison.Ordinal));
            return false;
        }
    }

    private static IReadOnlyList<string> Problems(
        IReadOnlyList<string> arguments, Func<string, string?> environment, string file)
    {
        NodeOptionsReader reader = new(environment, _ => file, null, null, "/f");
        Assert.That(reader.Read(arguments), Is.Null);
        return reader.Problems;
    }
}
