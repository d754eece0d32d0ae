using System.Text;
using CoreNode.Documents;
using CoreNode.Yaml;

namespace CoreNode.Tests.Yaml;

/// <summary>YAML to trees: values, places, aliases, and what is said of what is wrong.</summary>
[TestFixture, Category("Unit")]
internal sealed class YamlTreeTests
{
    private static DocumentException Refused(string text) =>
        Assert.Throws<DocumentException>(() => YamlTree.Parse(text))!;

    private static string Written(DocumentNode? node) => node switch
    {
        null => "nothing at all",
        ScalarNode scalar => scalar.Written == ScalarForm.Plain ? scalar.Text : $"'{scalar.Text}'",
        ListNode list => $"[{string.Join(", ", list.Items.Select(Written))}]",
        MapNode map => $"{{{string.Join(", ", map.Entries.Select(e => $"{e.Key}: {Written(e.Value)}"))}}}",
        _ => throw new ArgumentException(node.Form),
    };

    [TestCase("a: 1\nb: 'x'\n", "{a: 1, b: 'x'}")]
    [TestCase("- a\n- [b, \"c\"]\n- {d: e}\n", "[a, [b, 'c'], {d: e}]")]
    [TestCase("", "nothing at all")]
    [TestCase("#cloud-config\n", "nothing at all")]
    [TestCase("---\n", "nothing at all")]
    [TestCase("---\na: 1\n...\n", "{a: 1}")]
    [TestCase("\uFEFFa: 1", "{a: 1}")]
    [TestCase("a: 1\r\nb:\r\n  - c\r\n", "{a: 1, b: [c]}")]
    [TestCase("a: |\n  one\n  two\nb: >-\n  one\n  two\n", "{a: 'one\ntwo\n', b: 'one two'}")]
    [TestCase("a: !!str 1\nb: ! 2\nc: !!int \"3\"\nd: !!binary aMOk\n", "{a: '1', b: '2', c: 3, d: 'hä'}")]
    [TestCase("a: !!map {b: !!seq [c]}", "{a: {b: [c]}}")]
    [TestCase("a: ~\nb:\nc: ''\n", "{a: ~, b: , c: ''}")]
    [TestCase("{\"a\": [1, true, null, \"\\u00e4\"]}", "{a: [1, true, null, 'ä']}")]
    public void Values_are_read_as_they_were_written(string text, string expected) =>
        Assert.That(Written(YamlTree.Parse(text)), Is.EqualTo(expected));

    [TestCase("a: &x [1, 2]\nb: *x\n", "{a: [1, 2], b: [1, 2]}")]
    [TestCase("a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}")]
    [TestCase("&k a: 1\nb: {*k : 2}\n", "{a: 1, b: {a: 2}}")]
    [TestCase("a: &m {x: 1, y: 2}\nb:\n  <<: *m\n  y: 3\n  z: 4\n", "{a: {x: 1, y: 2}, b: {y: 3, z: 4, x: 1}}")]
    [TestCase("a: &m {x: 1}\nb: &n {x: 2, y: 2}\nc: {<<: [*m, *n]}\n",
        "{a: {x: 1}, b: {x: 2, y: 2}, c: {x: 1, y: 2}}")]
    [TestCase("a: {'<<': 1}", "{a: {<<: 1}}")]
    [TestCase("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}\n", "[{x: 1}, {y: 2, x: 1}, {y: 2, x: 1}]")]
    public void Aliases_and_merge_keys_stand_for_what_they_name(string text, string expected) =>
        Assert.That(Written(YamlTree.Parse(text)), Is.EqualTo(expected));

    [Test]
    public void Each_node_and_key_knows_its_place()
    {
        MapNode map = (MapNode)YamlTree.Parse("#cloud-config\nunits:\n  - name: a\n    mask: yes\n")!;
        MapEntry units = map.Entries[0];
        MapNode unit = (MapNode)((ListNode)units.Value).Items[0];
        Assert.That(units.Place, Is.EqualTo(new TextPlace(2, 1)));
        Assert.That(unit.Place, Is.EqualTo(new TextPlace(3, 5)));
        Assert.That(unit.Find("mask")!.Place, Is.EqualTo(new TextPlace(4, 5)));
        Assert.That(unit.Find("mask")!.Value.Place, Is.EqualTo(new TextPlace(4, 11)));
        Assert.That(((ScalarNode)unit.Find("mask")!.Value).FindSwitch(), Is.True);
    }

    [TestCase("a: 1\nb: 2\na: 3\n", "3:1", "the key \"a\" is there already, at 1:1")]
    [TestCase("u:\n  - {n: 1, n: 2}\n", "2:12", "the key \"n\" is there already, at 2:6")]
    [TestCase("a: &x {k: 1}\nb: {<<: *x, <<: *x}\n", "2:13", "the key \"<<\" is there already")]
    [TestCase("a:\n\tb: 1\n", "2:1", "a tab indents this line: YAML takes spaces only")]
    [TestCase("a:\n  b: 1\n  \tc: 2\n", "3:3", "a tab indents this line")]
    [TestCase("a:\n  - b: 1\n   c: 2\n", "3:4", "this line, indented by 3 spaces")]
    [TestCase("a:\n    b: 1\n  c: 2\n", "3:3", "this line, indented by 2 spaces")]
    [TestCase("a: 1\n  b: 2\n", "2:4", "indented too far")]
    [TestCase("a: b: c\n", "1:5", "a colon within a value")]
    [TestCase("a: 1\nb\nc: 2\n", "2:1", "a key without a colon")]
    [TestCase("a: \"x\nb: 1\n", "1:4", "a quote is opened here and never closed")]
    [TestCase("a: 'x\n", "1:4", "a quote is opened here and never closed")]
    [TestCase("a: *\n", "1:4", "put the value in quotes")]
    [TestCase("a: \"\\q\"\n", "1:4", "a backslash begins an escape")]
    [TestCase("a: [1, 2\n", "2:1", "a bracket is opened and not closed")]
    [TestCase("a: [1, 2\nb: 3\n", "1:5", "is a bracket or a quote opened and not closed?")]
    [TestCase("a: @x\n", "1:4", "nothing can begin with @ without quotes")]
    [TestCase("a: *x\n", "1:4", "*x stands for nothing: no value before it is marked &x")]
    [TestCase("a: &x [*x]\n", "1:8", "*x stands for nothing")]
    [TestCase("a: {<<: 1}\n", "1:5", "<< takes a map or a list of maps, not text")]
    [TestCase("a: {<<: [{b: 1}, 2]}\n", "1:5", "<< takes a map or a list of maps, not text")]
    [TestCase("a: !ruby/object:Gem x\n", "1:4", "the tag !ruby/object:Gem says nothing here")]
    [TestCase("a: !!set {b}\n", "1:4", "the tag tag:yaml.org,2002:set says nothing here")]
    [TestCase("a: !!binary /w==\n", "1:4", "!!binary is no base64 of UTF-8 text")]
    [TestCase("a: !!binary '?'\n", "1:4", "!!binary is no base64 of UTF-8 text")]
    [TestCase("? [a, b]\n: 1\n", "1:3", "a key must be plain text")]
    [TestCase("a: 1\n---\nb: 2\n", "2:1", "a second document begins here")]
    [TestCase("%YAML 9.1\n---\na: 1\n", "1:1", "incompatible YAML document")]
    public void What_is_wrong_is_told_with_its_place(string text, string place, string message)
    {
        DocumentException refused = Refused(text);
        Assert.That(refused.Message, Does.Contain(message));
        Assert.That(refused.Place.ToString(), Is.EqualTo(place));
    }

    [Test]
    public void Characters_that_no_text_has_are_told_with_their_place()
    {
        DocumentException nothing = Refused("a: 1\r\nb: x\0y\n");
        Assert.That(nothing.Message, Does.Contain("the character U+0000 is not allowed"));
        Assert.That(nothing.Place, Is.EqualTo(new TextPlace(2, 5)));
        Assert.That(Refused("a: \ud800\n").Message, Does.Contain("the character U+D800 is not allowed"));
        Assert.That(Written(YamlTree.Parse("a: \ud83d\ude00\u0085")), Is.EqualTo("{a: \ud83d\ude00}"));
    }

    [Test]
    public void Depth_is_limited_also_through_aliases()
    {
        Assert.That(YamlTree.Parse(new string('[', 63) + "1" + new string(']', 63)), Is.Not.Null);
        Assert.That(Refused(new string('[', 64) + "1" + new string(']', 64)).Message, Does.Contain("in each other"));
        Assert.That(Refused(new string('[', 1_000_000)).Message, Does.Contain("in each other"));
        Assert.That(Refused(new string('{', 1_000_000)).Message, Does.Contain("in each other"));
        string deep = new string('[', 40) + "1" + new string(']', 40);
        string twice = new string('[', 30) + "*a" + new string(']', 30);
        Assert.That(Refused($"a: &a {deep}\nb: {twice}\n").Message, Does.Contain("in each other"));
        Assert.That(Refused(Repeated("- ", 100_000)).Message, Does.Contain("in each other"));
        Assert.That(Refused(Repeated("? ", 100_000)).Message, Does.Contain("in each other"));
    }

    [Test]
    public void A_text_that_grows_by_aliases_of_aliases_is_refused_before_it_has_grown()
    {
        StringBuilder bomb = new("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 30; i++)
        {
            string before = string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9));
            bomb.Append(null, $"a{i}: &a{i} [{before}]\n");
        }

        DocumentException refused = Refused(bomb.ToString());
        Assert.That(refused.Message, Does.Contain("more than 200000 values, counting what aliases stand for"));
        Assert.That(refused.Place.Line, Is.EqualTo(6));
    }

    [Test]
    public void Long_texts_by_aliases_and_merges_of_large_maps_meet_the_limits()
    {
        string text = $"a: &a {new string('x', 1 << 20)}\nb: [{string.Join(',', Enumerable.Repeat("*a", 9))}]\n";
        Assert.That(Refused(text).Message, Does.Contain("more than 4194304 characters"));
        string keys = string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"k{i}: 1"));
        string maps = string.Join('\n', Enumerable.Repeat("- {<<: *m}", 200));
        Assert.That(Refused($"- &m {{{keys}}}\n{maps}\n").Message, Does.Contain("more than 200000 values"));
        Assert.That(Refused(new string(' ', YamlTree.SizeLimit + 1)).Message, Does.Contain("at most 4194304 are read"));
    }

    [Test]
    public void A_file_of_options_is_flat()
    {
        IReadOnlyList<YamlEntry> entries = YamlText.ParseFlatMap("a: 1\nb: [x, [y, 'z']]\nc:\n");
        Assert.That(
            entries.Select(e => $"{e.Key}={e.Value}@{e.Place}"),
            Is.EqualTo(new[] { "a=1@1:1", "b=x,y,z@2:1", "c=@3:1" }));
        Assert.That(YamlText.ParseFlatMap("# nothing\n"), Is.Empty);
        DocumentException list = Assert.Throws<DocumentException>(() => YamlText.ParseFlatMap("- a\n"))!;
        Assert.That(list.Message, Is.EqualTo("a map of keys and values is needed"));
        DocumentException map = Assert.Throws<DocumentException>(() => YamlText.ParseFlatMap("a: 1\nb: {c: d}\n"))!;
        Assert.That(map.Message, Does.StartWith("a value or a list of values is needed"));
        Assert.That(map.Place, Is.EqualTo(new TextPlace(2, 4)));
    }

    private static string Repeated(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();
}
