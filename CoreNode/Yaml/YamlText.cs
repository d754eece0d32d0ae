using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CoreNode.Yaml;

/// <summary>
/// YAML text to values, by YamlDotNet's representation model (its deserializer fails under native AOT).
/// </summary>
public static class YamlText
{
    /// <summary>Reads one map of scalars and lists of scalars.</summary>
    /// <exception cref="YamlProblemException">No YAML, duplicate keys, or another form.</exception>
    public static IReadOnlyList<YamlEntry> ParseFlatMap(string text)
    {
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException fault)
        {
            throw new YamlProblemException(
                fault.InnerException?.Message ?? fault.Message, fault.Start.Line, fault.Start.Column);
        }

        if (stream.Documents.Count == 0)
            return [];
        if (stream.Documents[0].RootNode is not YamlMappingNode map)
            throw Problem(stream.Documents[0].RootNode, "a map of keys and values is needed");
        List<YamlEntry> entries = [];
        foreach ((YamlNode key, YamlNode value) in map.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
                throw Problem(key, "a key must be plain text");
            entries.Add(new YamlEntry(name, Scalar(value), key.Start.Line, key.Start.Column));
        }

        return entries;
    }

    private static string Scalar(YamlNode node) => node switch
    {
        YamlScalarNode scalar => scalar.Value ?? "",
        YamlSequenceNode list => string.Join(',', list.Children.Select(Scalar)),
        _ => throw Problem(node, "a value or a list of values is needed, not a map"),
    };

    private static YamlProblemException Problem(YamlNode node, string message) =>
        new(message, node.Start.Line, node.Start.Column);
}
