using System.Diagnostics;
using System.Text;
using CoreNode.Documents;
using CoreNode.Foundation;
using CoreNode.Provision.CloudConfig;
using CoreNode.Provision.Model;
using CoreNode.Yaml;

namespace CoreNode.Tests.Provision.CloudConfig;

/// <summary>Whatever is read gives findings, never an exception, soon, and shows no secret.</summary>
[TestFixture, Category("Unit")]
internal sealed class CloudConfigFuzzTests
{
    private const string Secret = "hunter2";
    private const int Rounds = 3000;

    private static readonly string[] s_pieces =
    [
        "", "~", "[]", "{}", "on", "off", "0644", "-1", "99999999999999999999", "\"\"", "$private_ipv4", "{a: b}",
        "[a, [b]]", "| ", "\"\\0\\x1b\"", "http://", "https://[::1", "[2001:db8::1]:1", "a=b,c", "::", "../..",
        "/usr/../etc", "\"\\ud800\"", "1h1h1h", "Thu 23:00", "ssh-rsa AAAA", "$6$a$b", "H4sIAAAAAAAA", "€",
    ];

    private static readonly CloudConfigRules s_rules = new() { Options = CaseText.Options };

    private static string[] Samples() =>
    [
        .. Directory.EnumerateFiles(
                Path.Combine(TestContext.CurrentContext.TestDirectory, "Provision", "CloudConfig", "Cases"), "*.txt")
            .Order(StringComparer.Ordinal)
            .SelectMany(static path => File.ReadAllText(path).Split("\n====\n"))
            .Select(static one => one.Split("\n----")[0]),
    ];

    [TestCase(0x5EED01UL)]
    [TestCase(0x5EED02UL)]
    public void Mutated_configurations_are_read(ulong seed)
    {
        Prng chance = new(seed);
        string[] samples = Samples();
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            StringBuilder text = new(samples[chance.Next(samples.Length)]);
            for (int n = chance.Next(6); n >= 0; n--)
                Mutate(text, samples, chance);
            string yaml = text.ToString();
            try
            {
                ConfigResult result = CloudConfigReader.Read(YamlTree.Parse(yaml), "fuzz", s_rules);
                read++;
                Assert.That(result.Findings.Count, Is.LessThan(502));
                Assert.That(result.Findings, Has.All.Matches<Finding>(IsFit), $"seed {seed:x}, round {round}:\n{yaml}");
            }
            catch (DocumentException)
            {
                // No YAML: somebody else's concern.
            }
            catch (Exception fault) when (fault is not AssertionException)
            {
                Assert.Fail($"seed {seed:x}, round {round}: {fault}\n{yaml}");
            }
        }

        Assert.That(read, Is.GreaterThan(Rounds / 4));
    }

    // Any tree, not only what YAML makes of a text.
    [Test]
    public void Trees_by_chance_are_read()
    {
        Prng chance = new(0x5EED03);
        string[] words = [.. Samples().SelectMany(static s => s.Split([' ', '\n', ':', '-'])).Distinct(), .. s_pieces];
        for (int round = 0; round < Rounds; round++)
        {
            DocumentNode root = Tree(0, words, chance);
            ConfigResult result = CloudConfigReader.Read(root, "fuzz", s_rules);
            Assert.That(result.Findings, Has.All.Matches<Finding>(IsFit));
        }
    }

    // By the processor's time: how long it takes is also a matter of who else is there.
    [TestCase("unknown keys")]
    [TestCase("long keys")]
    [TestCase("keys")]
    [TestCase("users")]
    [TestCase("many users")]
    [TestCase("groups")]
    [TestCase("files")]
    [TestCase("bombs")]
    [TestCase("units")]
    [TestCase("drop-ins")]
    [TestCase("variables")]
    [TestCase("times")]
    [TestCase("metadata")]
    [TestCase("options")]
    public void Huge_trees_are_read_soon(string name)
    {
        DocumentNode root = Huge(name);
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        ConfigResult result = CloudConfigReader.Read(root, name, s_rules);
        process.Refresh();
        Assert.That(result.Findings, Is.Not.Empty);
        Assert.That(result.Findings.Count, Is.LessThan(502));
        Assert.That(process.TotalProcessorTime - before, Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public void Errors_count_however_much_else_is_said()
    {
        List<MapEntry> entries = [];
        for (int i = 0; i < 1000; i++)
            entries.Add(Entry($"unknown{i}", Text("x")));
        entries.Add(Entry("hostname", List(Text("x"))));
        ConfigResult result = CloudConfigReader.Read(new MapNode(entries, At), "many", s_rules);
        Assert.That(result.IsRefused, Is.True);
        Assert.That(result.Findings[^1].Reason, Does.Contain("750 more"));
    }

    private static TextPlace At => new(1, 1);

    private static DocumentNode Huge(string name)
    {
        DocumentNode big = Text(new string('a', 4 << 20));
        DocumentNode lines = Text(string.Concat(Enumerable.Repeat("ssh-rsa a\n", 300_000)));
        DocumentNode commas = Text(string.Concat(Enumerable.Range(0, 300_000).Select(static i => $"g{i},")));
        return name switch
        {
            "unknown keys" => Map(200_000, static i => Entry($"kez{i}", Text("x"))),
            "long keys" => Map(3, i => Entry($"{i}{((ScalarNode)big).Text}", Text("x"))),
            "keys" => Map(1, _ => Entry("ssh_authorized_keys", Times(100_000, lines))),
            "users" => Top("users", 2000, Entry("name", Text("a")), Entry("ssh_authorized_keys", Times(50, lines))),
            "many users" => Map(1, _ => Entry("users", Times(100_000, big))),
            "groups" => Top("users", 1, Entry("name", Text("a")), Entry("groups", commas)),
            "files" => Top("write_files", 2000, Entry("path", Text("/a")), Entry("content", big)),
            "bombs" => Top(
                "write_files", 2000, Entry("path", Text("/a")), Entry("encoding", Text("gz+b64")),
                Entry("content", Text(Convert.ToBase64String(Packed(new byte[20 << 20]))))),
            "units" => Coreos("units", Times(
                2000, new MapNode([Entry("name", Text("a.service")), Entry("content", big)], At))),
            "drop-ins" => Coreos("units", Times(200, new MapNode(
                [
                    Entry("name", Text("etcd2.service")),
                    Entry("drop_ins", Times(200, new MapNode([Entry("name", big), Entry("content", big)], At))),
                ],
                At))),
            "variables" => Coreos("units", Times(5, new MapNode(
                [
                    Entry("name", Text("etcd2.service")),
                    Entry("content", Text(string.Concat(
                        Enumerable.Range(0, 40_000).Select(static n => $"k{n}=1\nEnvironment=E{n}=1\n")))),
                ],
                At))),
            "times" => Coreos("fleet", new MapNode(
                [Entry("agent_ttl", Text(string.Concat(Enumerable.Repeat("1h", 2 << 20))))], At)),
            "metadata" => Coreos("fleet", new MapNode([Entry("metadata", commas)], At)),
            _ => Map(1, _ => Entry("corenode", Map(100_000, static n => Entry($"o{n}", Text("1"))))),
        };
    }

    private static MapNode Top(string section, int count, params MapEntry[] item) =>
        Map(1, _ => Entry(section, Times(count, new MapNode(item, At))));

    private static bool IsFit(Finding? finding) =>
        finding is { Reason.Length: > 0 and < 2000, Key.Length: < 200, Place: { Line: >= 0, Column: >= 0 } }
        && !finding.Reason.Contains(Secret, StringComparison.Ordinal)
        && !finding.Suggestion.Contains(Secret, StringComparison.Ordinal)
        && !finding.Reason.Any(char.IsControl) && !finding.Key.Any(char.IsControl);

    private static void Mutate(StringBuilder text, string[] samples, Prng chance)
    {
        int at = chance.Next(text.Length + 1);
        int length = Math.Min(text.Length - at, chance.Next(12));
        switch (chance.Next(6))
        {
            case 0:
                text.Remove(at, length);
                break;
            case 1:
                text.Insert(at, s_pieces[chance.Next(s_pieces.Length)]);
                break;
            case 2:
                text.Insert(at, "\n    - "[..chance.Next(8)]);
                break;
            case 3:
                text.Insert(at, text.ToString(at, length));
                break;
            case 4:
                ReplaceValue(text, chance);
                break;
            default:
                text.Append('\n').Append(samples[chance.Next(samples.Length)]);
                break;
        }
    }

    // What stands behind a colon becomes something else: most of these are YAML still.
    private static void ReplaceValue(StringBuilder text, Prng chance)
    {
        string all = text.ToString();
        int colon = all.IndexOf(": ", chance.Next(all.Length + 1), StringComparison.Ordinal);
        if (colon < 0)
            return;
        int end = all.IndexOf('\n', colon);
        end = end < 0 ? all.Length : end;
        text.Remove(colon + 2, end - colon - 2).Insert(colon + 2, s_pieces[chance.Next(s_pieces.Length)]);
    }

    private static DocumentNode Tree(int depth, string[] words, Prng chance)
    {
        int kind = chance.Next(depth > 5 ? 1 : 4);
        string word = words[chance.Next(words.Length)];
        if (depth > 0 && kind < 2)
            return new ScalarNode(word, (ScalarForm)chance.Next(5), At);
        List<DocumentNode> items = [];
        List<MapEntry> entries = [];
        for (int n = chance.Next(8); n >= 0; n--)
        {
            DocumentNode value = Tree(depth + 1, words, chance);
            items.Add(value);
            entries.Add(Entry(words[chance.Next(words.Length)], value));
        }

        return kind == 2 ? new ListNode(items, At) : new MapNode(entries, At);
    }

    private static byte[] Packed(byte[] text)
    {
        using MemoryStream packed = new();
        using (System.IO.Compression.GZipStream gzip = new(packed, System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(text);
        return packed.ToArray();
    }

    private static MapEntry Entry(string key, DocumentNode value) => new(key, At, value);

    private static ScalarNode Text(string text) => new(text, ScalarForm.Quoted, At);

    private static ListNode List(DocumentNode item) => new([item], At);

    private static ListNode Times(int count, DocumentNode item) => new([.. Enumerable.Repeat(item, count)], At);

    private static MapNode Map(int count, Func<int, MapEntry> entry) =>
        new([.. Enumerable.Range(0, count).Select(entry)], At);

    private static MapNode Coreos(string section, DocumentNode node) =>
        Map(1, _ => Entry("coreos", Map(1, _ => Entry(section, node))));
}
