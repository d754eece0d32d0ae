using CoreNode.Documents;

namespace CoreNode.Provision.CloudConfig;

/// <summary>
/// Values as the types that keys have. A number or a switch where a text belongs is the text as it was written, as
/// coreos-cloudinit took it: 0644 stays 0644, and off stays off.
/// </summary>
internal static class Values
{
    /// <summary>A text; null: nothing stands there, or, with a finding, something else.</summary>
    public static string? Text(DocumentNode node, string key, Report report)
    {
        if (node is ScalarNode scalar)
            return scalar.IsNull ? null : scalar.Text;
        report.Error(
            node.Place, key, $"a text is needed, this is {node.Form}",
            node is ListNode
                ? "write one text; where several are allowed, with commas between"
                : "put a text that has a colon in it in quotes, or write | and the text on the lines below");
        return null;
    }

    /// <summary>True or false; null: nothing stands there, or, with a finding, something else.</summary>
    public static bool? Switch(DocumentNode node, string key, Report report)
    {
        if (node is ScalarNode { IsNull: true })
            return null;
        if (node is not ScalarNode scalar)
        {
            report.Error(node.Place, key, $"true or false is needed, this is {node.Form}", "write true or false");
            return null;
        }

        if (scalar.FindSwitch() is { } value)
            return value;
        if (SwitchOf(scalar.Text) is not { } meant)
        {
            report.Error(
                node.Place, key, $"true or false is needed, this is {Report.Shown(scalar.Text)}",
                "write true or false");
            return null;
        }

        string word = meant ? "true" : "false";
        report.Warning(node.Place, key, $"a text where true or false belongs; it is taken as {word}", $"write {word}");
        return meant;
    }

    /// <summary>A switch as programs read it from their environment; null: it is none.</summary>
    public static bool? SwitchOf(string text) => text.Trim().ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "1" or "t" or "y" => true,
        "false" or "no" or "off" or "0" or "f" or "n" => false,
        _ => null,
    };

    /// <summary>The texts of a list; one text is a list of one, with a finding.</summary>
    public static List<TextItem> Texts(DocumentNode node, string key, Report report)
    {
        List<TextItem> texts = [];
        if (node is ScalarNode scalar)
        {
            if (scalar.IsNull)
                return texts;
            report.Warning(
                node.Place, key, "a list is needed, this is one text; it is taken as a list of one",
                "write it on a line of its own that begins with \"- \"");
            texts.Add(new TextItem(scalar.Text, scalar.Place, key));
        }
        else if (node is ListNode list)
        {
            for (int i = 0; i < list.Items.Count; i++)
                AddItem(list.Items[i], $"{key}[{i}]", texts, report);
        }
        else
        {
            report.Error(
                node.Place, key, $"a list is needed, this is {node.Form}", "begin each item with \"- \"");
        }

        return texts;
    }

    private static void AddItem(DocumentNode item, string key, List<TextItem> texts, Report report)
    {
        if (item is ScalarNode { IsNull: true })
            report.Warning(item.Place, key, "an item without a value: it is ignored", "remove the line");
        else if (Text(item, key, report) is { } text)
            texts.Add(new TextItem(text, item.Place, key));
    }
}
