using System.Globalization;
using CoreNode.Documents;

namespace CoreNode.Provision.Ignition;

/// <summary>Reads fields of a node whose form was checked before: what has another form counts as not there.</summary>
internal static class IgnitionNodes
{
    /// <summary>The value; null: not there, or null.</summary>
    public static DocumentNode? FindValue(this MapNode? map, string name) =>
        map?.Find(name)?.Value is { } value and not ScalarNode { IsNull: true } ? value : null;

    /// <summary>An object.</summary>
    public static MapNode? FindMap(this MapNode? map, string name) => FindValue(map, name) as MapNode;

    /// <summary>A text.</summary>
    public static ScalarNode? FindText(this MapNode? map, string name) =>
        FindValue(map, name) is ScalarNode { Written: ScalarForm.Quoted } text ? text : null;

    /// <summary>A switch.</summary>
    public static bool? FindSwitch(this MapNode? map, string name) =>
        FindValue(map, name) is ScalarNode { Written: ScalarForm.Switch } value ? value.Text == "true" : null;

    /// <summary>A whole number.</summary>
    public static long? FindNumber(this MapNode? map, string name) =>
        FindValue(map, name) is ScalarNode { Written: ScalarForm.Number } value ? NumberOf(value) : null;

    /// <summary>A whole number; null: it has a fraction, or is beyond 64 bits.</summary>
    public static long? NumberOf(ScalarNode node) =>
        long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;

    /// <summary>What is in a list.</summary>
    public static IReadOnlyList<DocumentNode> FindItems(this MapNode? map, string name) =>
        FindValue(map, name) is ListNode list ? list.Items : [];

    /// <summary>The texts of a list.</summary>
    public static List<ScalarNode> FindTexts(this MapNode? map, string name)
    {
        List<ScalarNode> texts = [];
        foreach (DocumentNode item in FindItems(map, name))
        {
            if (item is ScalarNode { Written: ScalarForm.Quoted } text)
                texts.Add(text);
        }

        return texts;
    }
}
