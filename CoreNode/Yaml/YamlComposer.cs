using System.Text;
using CoreNode.Documents;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CoreNode.Yaml;

/// <summary>
/// Makes one tree of a parser's events. A node that an alias names is the same object wherever it stands; what it
/// costs is counted each time, so a text that grows by aliases of aliases meets the limits, not the memory.
/// </summary>
internal sealed class YamlComposer(IParser parser, Func<TextPlace, TextPlace> places)
{
    private const string OwnTags = "tag:yaml.org,2002:";

    private readonly Dictionary<string, Anchored> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private long _size;

    /// <summary>Where the last event began.</summary>
    public TextPlace Place => parser.Current is { } current ? PlaceOf(current) : new TextPlace(1, 1);

    /// <summary>Reads all; null: nothing is in it.</summary>
    public DocumentNode? Read()
    {
        Next();
        if (Next() is StreamEnd)
            return null;
        Next();
        DocumentNode root = Node(1, out _);
        Next();
        if (Next() is not StreamEnd)
        {
            throw new DocumentException(
                "a second document begins here and only one is read", Place, "leave out this line and what follows");
        }

        return root is ScalarNode { Text: "", Written: ScalarForm.Plain } ? null : root;
    }

    // Reads the node that the current event begins; its last event is the current one then.
    private DocumentNode Node(int depth, out int height)
    {
        ParsingEvent current = Current;
        TextPlace place = PlaceOf(current);
        height = 1;
        if (current is AnchorAlias alias)
            return Aliased(alias.Value.Value, depth, place, out height);
        if (depth > YamlTree.DepthLimit)
            throw TooDeep(place);
        int nodesBefore = _nodes;
        long sizeBefore = _size;
        Charge(1, (current as Scalar)?.Value.Length ?? 0, place);
        DocumentNode node = current switch
        {
            Scalar scalar => ScalarOf(scalar, place),
            SequenceStart => List(depth, place, ref height),
            MappingStart => Map(depth, place, ref height),
            _ => throw new DocumentException("a value is missing here", place, "write it, or two quotes"),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } named)
        {
            _anchors[named.Anchor.Value] = new Anchored(
                node, _nodes - nodesBefore, _size - sizeBefore, height);
        }

        return node;
    }

    private DocumentNode Aliased(string name, int depth, TextPlace place, out int height)
    {
        if (!_anchors.TryGetValue(name, out Anchored? anchored))
        {
            throw new DocumentException(
                $"*{Shown(name)} stands for nothing: no value before it is marked &{Shown(name)}", place,
                "put it in quotes if it is a text");
        }

        height = anchored.Height;
        if (depth + height - 1 > YamlTree.DepthLimit)
            throw TooDeep(place);
        Charge(anchored.Nodes, anchored.Size, place);
        return anchored.Node;
    }

    private ListNode List(int depth, TextPlace place, ref int height)
    {
        CheckTag((NodeEvent)Current, "seq", place);
        List<DocumentNode> items = [];
        while (Next() is not SequenceEnd)
        {
            items.Add(Node(depth + 1, out int below));
            height = Math.Max(height, below + 1);
        }

        return new ListNode(items, place);
    }

    private MapNode Map(int depth, TextPlace place, ref int height)
    {
        CheckTag((NodeEvent)Current, "map", place);
        List<MapEntry> entries = [];
        Dictionary<string, MapEntry> present = new(StringComparer.Ordinal);
        MapEntry? merged = null;
        while (Next() is not MappingEnd)
        {
            TextPlace keyPlace = PlaceOf(Current);
            bool isMerge = Current is Scalar { Value: "<<", Style: ScalarStyle.Plain };
            if (Node(depth + 1, out _) is not ScalarNode key)
                throw new DocumentException("a key must be plain text", keyPlace, "write one word and a colon");
            Next();
            MapEntry entry = new(key.Text, keyPlace, Node(depth + 1, out int below));
            height = Math.Max(height, below + 1);
            if (!present.TryAdd(entry.Key, entry))
            {
                throw new DocumentException(
                    $"the key \"{Shown(entry.Key)}\" is there already, at {present[entry.Key].Place}", keyPlace,
                    "a map has each key once");
            }

            if (isMerge)
                merged = entry;
            else
                entries.Add(entry);
        }

        if (merged is not null)
            Merge(merged, entries, present);
        return new MapNode(entries, place);
    }

    // What `<<` brings stands behind the map's own keys; those win, then the earlier map of a list.
    private static void Merge(MapEntry merged, List<MapEntry> entries, Dictionary<string, MapEntry> present)
    {
        present.Remove(merged.Key);
        IReadOnlyList<DocumentNode> maps = merged.Value is ListNode list ? list.Items : [merged.Value];
        foreach (DocumentNode one in maps)
        {
            if (one is not MapNode map)
            {
                throw new DocumentException(
                    $"<< takes a map or a list of maps, not {one.Form}", merged.Place, "for example \"<<: *name\"");
            }

            foreach (MapEntry entry in map.Entries)
            {
                if (present.TryAdd(entry.Key, entry))
                    entries.Add(entry);
            }
        }
    }

    private static ScalarNode ScalarOf(Scalar scalar, TextPlace place)
    {
        ScalarForm form = scalar.Style == ScalarStyle.Plain ? ScalarForm.Plain : ScalarForm.Quoted;
        if (scalar.Tag.IsEmpty)
            return new ScalarNode(scalar.Value, form, place);
        if (scalar.Tag.IsNonSpecific)
            return new ScalarNode(scalar.Value, ScalarForm.Quoted, place);
        return scalar.Tag.Value switch
        {
            OwnTags + "str" => new ScalarNode(scalar.Value, ScalarForm.Quoted, place),
            OwnTags + "binary" => new ScalarNode(Binary(scalar.Value, place), ScalarForm.Quoted, place),
            OwnTags + "int" or OwnTags + "float" or OwnTags + "bool" or OwnTags + "null" =>
                new ScalarNode(scalar.Value, ScalarForm.Plain, place),
            _ => throw ForeignTag(scalar.Tag.Value, place),
        };
    }

    private static string Binary(string text, TextPlace place)
    {
        byte[] bytes = new byte[text.Length];
        try
        {
            if (Convert.TryFromBase64String(text, bytes, out int length))
                return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            // Said below: it is base64 of no text.
        }

        throw new DocumentException("!!binary is no base64 of UTF-8 text", place, "for bytes use \"encoding: base64\"");
    }

    private static void CheckTag(NodeEvent node, string own, TextPlace place)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && node.Tag.Value != OwnTags + own)
            throw ForeignTag(node.Tag.Value, place);
    }

    private static DocumentException ForeignTag(string tag, TextPlace place) =>
        new($"the tag {Shown(tag)} says nothing here", place, "leave it out");

    private static DocumentException TooDeep(TextPlace place) => new(
        $"more than {YamlTree.DepthLimit} lists and maps in each other", place, "nothing that is read here is so deep");

    private void Charge(int nodes, long size, TextPlace place)
    {
        _nodes += nodes;
        _size += size;
        if (_nodes > YamlTree.NodeLimit)
        {
            throw new DocumentException(
                $"more than {YamlTree.NodeLimit} values, counting what aliases stand for", place,
                "fetch large files by a unit");
        }

        if (_size > YamlTree.SizeLimit)
        {
            throw new DocumentException(
                $"more than {YamlTree.SizeLimit} characters, counting what aliases stand for", place,
                "fetch large files by a unit");
        }
    }

    private ParsingEvent Current => parser.Current ?? throw new DocumentException("the text ends too early", Place);

    private ParsingEvent Next()
    {
        parser.MoveNext();
        return Current;
    }

    private TextPlace PlaceOf(ParsingEvent one) => places(YamlFaults.PlaceOf(one.Start));

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private sealed record Anchored(DocumentNode Node, int Nodes, long Size, int Height);
}
