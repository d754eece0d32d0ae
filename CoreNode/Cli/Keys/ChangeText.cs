using CoreNode.Store;

namespace CoreNode.Cli.Keys;

/// <summary>Answers as etcdctl prints them.</summary>
internal static class ChangeText
{
    /// <summary>The value, or for a delete the one that was removed.</summary>
    public static void WriteSimple(TextWriter output, KvChange change)
    {
        // Compare-and-delete prints an empty value: so does etcdctl, which looks only for "delete".
        if (change.Action == KeyAction.Delete)
            output.WriteLine($"PrevNode.Value: {change.Previous?.Value}");
        else
            output.WriteLine(change.Node.Value);
    }

    /// <summary>Indexes and lifetime as header lines, then the value.</summary>
    public static void WriteExtended(TextWriter output, KvChange change)
    {
        output.WriteLine($"Key: {change.Node.Key}");
        output.WriteLine($"Created-Index: {change.Node.CreatedIndex}");
        output.WriteLine($"Modified-Index: {change.Node.ModifiedIndex}");
        if (change.Previous is not null)
            output.WriteLine($"PrevNode.Value: {change.Previous.Value}");
        output.WriteLine($"TTL: {change.Node.TtlSeconds ?? 0}");
        output.WriteLine($"Index: {change.Index}");
        if (change.Action == KeyAction.Delete)
            return;
        output.WriteLine();
        output.WriteLine(change.Node.Value);
    }

    /// <summary>The names in a directory, one a line; a key that is no directory lists itself.</summary>
    public static void WriteListing(TextWriter output, KvNode node, bool marksDirectories)
    {
        if (!node.IsDirectory)
            output.WriteLine(node.Key);
        foreach (KvNode child in node.Nodes)
            WriteNames(output, child, marksDirectories);
    }

    private static void WriteNames(TextWriter output, KvNode node, bool marksDirectories)
    {
        output.WriteLine(node.IsDirectory && marksDirectories ? node.Key + "/" : node.Key);
        foreach (KvNode child in node.Nodes)
            WriteNames(output, child, marksDirectories);
    }
}
