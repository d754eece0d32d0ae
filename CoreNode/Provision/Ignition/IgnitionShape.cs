using CoreNode.Documents;
using CoreNode.Foundation;

namespace CoreNode.Provision.Ignition;

/// <summary>
/// Holds a configuration against the table of fields: forms, fields of later versions, names nobody knows, and entries
/// that are there twice. What it lets pass has the forms that readers expect.
/// </summary>
internal sealed class IgnitionShape(IgnitionReport report, int version)
{
    /// <summary>Checks an object and what is in it.</summary>
    public void Check(MapNode map, IgnitionField[] fields, string key)
    {
        foreach (MapEntry entry in map.Entries)
        {
            string name = key.Length == 0 ? entry.Key : $"{key}.{entry.Key}";
            if (IgnitionField.Find(fields, entry.Key) is { } field)
                CheckField(entry, field, name);
            else
                Unknown(entry, fields, name);
        }

        CheckTwice(map, fields, key);
    }

    private void CheckField(MapEntry entry, IgnitionField field, string key)
    {
        DocumentNode value = entry.Value;
        if (value is ScalarNode { IsNull: true } || (field.Kind == FieldKind.Refused && IsEmpty(value)))
            return;
        if (field.Kind == FieldKind.Refused)
        {
            report.Error(At(entry), key, "CoreNode changes no disks, arrays or filesystems", field.Instead);
            return;
        }

        if (field.Since > version)
        {
            report.Error(
                At(entry), key, $"this needs version 3.{field.Since}.0, and this configuration is of 3.{version}.0",
                $"write \"version\": \"3.{field.Since}.0\"");
            return;
        }

        switch (field.Kind)
        {
            case FieldKind.Map when value is MapNode map:
                Check(map, field.Fields, key);
                break;
            case FieldKind.Maps when value is ListNode list:
                for (int at = 0; at < list.Items.Count; at++)
                    CheckItem(list.Items[at], field, $"{key}[{at}]");
                break;
            case FieldKind.Texts when value is ListNode texts:
                for (int at = 0; at < texts.Items.Count; at++)
                    CheckForm(texts.Items[at], FieldKind.Text, $"{key}[{at}]");
                break;
            default:
                CheckForm(value, field.Kind, key);
                break;
        }
    }

    private void CheckItem(DocumentNode item, IgnitionField field, string key)
    {
        if (item is MapNode map)
            Check(map, field.Fields, key);
        else
            CheckForm(item, FieldKind.Map, key);
    }

    private void CheckForm(DocumentNode value, FieldKind kind, string key)
    {
        ScalarForm? form = (value as ScalarNode)?.Written;
        string? wanted = kind switch
        {
            FieldKind.Text => form == ScalarForm.Quoted ? null : "a text in quotes",
            FieldKind.Switch => form == ScalarForm.Switch ? null : "true or false, without quotes",
            FieldKind.Number => value is ScalarNode { Written: ScalarForm.Number } number
                && IgnitionNodes.NumberOf(number) is not null ? null : "a whole number, without quotes",
            FieldKind.Texts or FieldKind.Maps => "a list [ … ]",
            _ => "an object { … }",
        };
        if (wanted is not null)
            report.Error(value, key, $"it is {FormOf(value)}, and must be {wanted}", Instead(value, kind));
    }

    // Never what a text says: it may be a secret.
    private static string Instead(DocumentNode value, FieldKind kind) => (kind, value) switch
    {
        (FieldKind.Text, ScalarNode { Written: ScalarForm.Number or ScalarForm.Switch } scalar)
            when scalar.Text.Length < 20 => $"write \"{scalar.Text}\"",
        (FieldKind.Text, _) => "write \"…\"",
        (FieldKind.Switch, _) => "write true or false",
        (FieldKind.Number, _) => "write a number such as 420",
        (FieldKind.Maps or FieldKind.Texts, MapNode or ScalarNode) => "write [ and ] around it",
        _ => "write { \"key\": … }",
    };

    private static string FormOf(DocumentNode value) => value switch
    {
        MapNode => "an object",
        ListNode => "a list",
        ScalarNode { Written: ScalarForm.Number } => "a number",
        ScalarNode { Written: ScalarForm.Switch } => "true or false",
        ScalarNode { Written: ScalarForm.Null } => "null",
        _ => "a text",
    };

    private void Unknown(MapEntry entry, IgnitionField[] fields, string key)
    {
        string? nearest = NearestWord.Of(entry.Key, Array.ConvertAll(fields, static field => field.Name));
        foreach (IgnitionField field in fields)
        {
            if (field.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase))
                nearest = field.Name;
        }

        report.Warn(
            At(entry), key, "Ignition knows no such key: it has no effect",
            nearest is null ? "delete it" : $"did you mean \"{nearest}\"?");
    }

    // Lists that share their keys are looked at as one.
    private void CheckTwice(MapNode map, IgnitionField[] fields, string key)
    {
        Dictionary<string, Dictionary<string, DocumentNode>> seen = new(StringComparer.Ordinal);
        foreach (IgnitionField field in fields)
        {
            bool hasKeys = field.Kind == FieldKind.Texts || (field.Kind == FieldKind.Maps && field.Key.Length > 0);
            if (!hasKeys || map.Find(field.Name)?.Value is not ListNode list || field.Since > version)
                continue;
            string of = field.Shared.Length == 0 ? field.Name : field.Shared;
            if (!seen.TryGetValue(of, out Dictionary<string, DocumentNode>? keys))
                seen[of] = keys = new Dictionary<string, DocumentNode>(StringComparer.Ordinal);
            for (int at = 0; at < list.Items.Count; at++)
            {
                DocumentNode? node = list.Items[at] is MapNode item ? item.FindText(field.Key) : list.Items[at];
                if (node is not ScalarNode { Written: ScalarForm.Quoted } text || keys.TryAdd(text.Text, text))
                    continue;
                string place = $"{(key.Length == 0 ? "" : key + ".")}{field.Name}[{at}]";
                report.Error(
                    text, field.Key.Length == 0 ? place : $"{place}.{field.Key}",
                    $"\"{Shown(field, text.Text)}\" is there twice, first at "
                        + report.PlaceOf(keys[text.Text], text),
                    "write it once");
            }
        }
    }

    // URLs may hold passwords and tokens, lines of keys are long.
    private static string Shown(IgnitionField field, string text) =>
        field.Key == "source" ? "this source"
        : text.Length <= 80 ? text : text[..80] + "…";

    private static bool IsEmpty(DocumentNode value) => value is ListNode { Items.Count: 0 };

    // A complaint about a key stands at the key, not at its value.
    private ScalarNode At(MapEntry entry)
    {
        ScalarNode at = new(entry.Key, ScalarForm.Quoted, entry.Place);
        report.Origins.Name(at, report.Origins.Of(entry.Value));
        return at;
    }
}
