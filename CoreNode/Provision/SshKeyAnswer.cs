using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Ignition;

namespace CoreNode.Provision;

/// <summary>
/// Keys as servers give them: lines of authorized_keys, or a list of objects with a "key" as JSON, which is GitHub's
/// answer and what coreos_ssh_import_url always took. Pure.
/// </summary>
internal static class SshKeyAnswer
{
    private const int MostKeys = 1000;
    private const int MostBytes = 1 << 20;

    /// <summary>The keys.</summary>
    /// <exception cref="IOException">There are none in it.</exception>
    public static List<string> Read(ReadOnlyMemory<byte> answer)
    {
        if (answer.Length > MostBytes)
            throw new IOException("what is there for keys is longer than any keys are");
        List<string> keys = [];
        string text = Encoding.UTF8.GetString(answer.Span);
        if (text.AsSpan().TrimStart().StartsWith("["))
        {
            foreach (DocumentNode item in Items(answer))
                Add(keys, ((item as MapNode)?.Find("key")?.Value as ScalarNode)?.Text.Trim() ?? "");
        }
        else
        {
            foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries))
                Add(keys, line);
        }

        if (keys.Count is 0 or > MostKeys)
            throw new IOException(keys.Count == 0 ? "no SSH keys are there" : $"more than {MostKeys} SSH keys");
        return keys;
    }

    private static IReadOnlyList<DocumentNode> Items(ReadOnlyMemory<byte> answer)
    {
        try
        {
            return (JsonTree.Parse(answer) as ListNode)?.Items ?? [];
        }
        catch (DocumentException broken)
        {
            throw new IOException($"the list of SSH keys is no JSON at {broken.Place}: {broken.Message}", broken);
        }
    }

    // A page of HTML has no such lines: a key's kind has "-" in it (ssh-ed25519, ecdsa-sha2-nistp256, sk-…).
    private static void Add(List<string> keys, string line)
    {
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        int dash = line.IndexOf('-', StringComparison.Ordinal);
        bool isKey = dash > 0 && dash < space && line[0] is not ('#' or '<');
        if (isKey && line.AsSpan().IndexOfAnyInRange('\0', '\x1F') < 0)
            keys.Add(line);
    }
}
