using System.Diagnostics;
using System.Text;
using CoreNode.Documents;
using CoreNode.Foundation;
using CoreNode.Yaml;

namespace CoreNode.Tests.Yaml;

/// <summary>
/// Random texts: each is read or refused with a place inside of it, in bounded memory and time, and the same way twice.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class YamlFuzzTests
{
    private const long MemoryLimit = 96L << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly string[] s_pieces =
    [
        "\t", "  ", "\n", "\r\n", "\r", ": ", ":", "- ", "? ", "[", "]", "{", "}", ",", "&a ", "*a", "<<: ",
        "<<: *unit\n", "!!binary ", "!!str ", "!x ", "!<tag:a> ", "%YAML 1.2\n", "%TAG ! a\n", "---\n", "...\n", "|\n",
        ">+2\n", "'", "\"", "\"\\U00110000\"", "\\x", "#", "\u0085", "\u2028", "\0", "\uFEFF", "\ud83d\ude00", "\ud800",
        "~", "@", "`", "\u00e4", "=", "|-1\n ", "0", "*", "&", "!",
    ];

    [TestCase(0x1UL)]
    [TestCase(0x2UL)]
    [TestCase(0x3UL)]
    public void Changed_configurations_are_read_or_refused(ulong seed)
    {
        Prng chance = new(seed);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 6_000; i++)
        {
            string text = Changed(YamlSamples.All[chance.Next(YamlSamples.All.Count)], chance);
            if (Outcome(text, $"seed {seed:x} text {i}").StartsWith("read", StringComparison.Ordinal))
                read++;
            else
                refused++;
        }

        Assert.That(read, Is.GreaterThan(300), "most changes break nothing");
        Assert.That(refused, Is.GreaterThan(300));
    }

    [TestCase(0x11UL)]
    [TestCase(0x12UL)]
    public void Texts_of_random_pieces_and_bytes_are_read_or_refused(ulong seed)
    {
        Prng chance = new(seed);
        for (int i = 0; i < 6_000; i++)
        {
            StringBuilder text = new();
            int length = chance.Next(60);
            bool isBytes = chance.Next(3) == 0;
            for (int k = 0; k < length; k++)
            {
                if (isBytes)
                    text.Append((char)chance.Next(256));
                else
                    text.Append(chance.Next(3) == 0 ? "a" : s_pieces[chance.Next(s_pieces.Length)]);
            }

            string once = Outcome(text.ToString(), $"seed {seed:x} text {i}");
            Assert.That(Outcome(text.ToString(), "again"), Is.EqualTo(once));
        }
    }

    [Test]
    public void Large_texts_of_one_piece_take_bounded_time()
    {
        foreach (string piece in s_pieces)
        {
            string text = new StringBuilder().Insert(0, piece, 200_000 / piece.Length).ToString();
            Outcome(text, $"only {(int)piece[0]:x}");
            Outcome($"a: {text}", $"value of {(int)piece[0]:x}");
            Outcome($"a: [{text}", $"flow of {(int)piece[0]:x}");
        }
    }

    private static string Changed(string text, Prng chance)
    {
        StringBuilder changed = new(text);
        int changes = 1 + chance.Next(4);
        for (int i = 0; i < changes && changed.Length > 0; i++)
        {
            int at = chance.Next(changed.Length);
            int length = Math.Min(chance.Next(12), changed.Length - at);
            switch (chance.Next(4))
            {
                case 0:
                    changed.Remove(at, length);
                    break;
                case 1:
                    changed.Insert(at, s_pieces[chance.Next(s_pieces.Length)]);
                    break;
                case 2:
                    changed.Insert(chance.Next(changed.Length), changed.ToString(at, length));
                    break;
                default:
                    changed[at] = (char)(32 + chance.Next(95));
                    break;
            }
        }

        return changed.ToString();
    }

    private static string Outcome(string text, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        string outcome;
        try
        {
            outcome = $"read {Count(YamlTree.Parse(text))}";
        }
        catch (DocumentException refused)
        {
            outcome = $"{refused.Place}: {refused.Message}";
            Assert.That(refused.Place.Line, Is.InRange(1, text.Length + 2), what);
            Assert.That(refused.Place.Column, Is.InRange(1, text.Length + 2), what);
            Assert.That(refused.Message, Is.Not.Empty, what);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MemoryLimit), what);
        Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(s_patience), what);
        return outcome;
    }

    private static int Count(DocumentNode? node) => node switch
    {
        ListNode list => 1 + list.Items.Sum(Count),
        MapNode map => 1 + map.Entries.Sum(e => 1 + Count(e.Value)),
        _ => 1,
    };
}
