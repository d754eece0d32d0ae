namespace CoreNode.Tests.EndToEnd.Provision;

/// <summary>The configurations of docs/cookbook.md, by the word behind their fence.</summary>
internal static class Cookbook
{
    private const string Fence = "```";

    /// <summary>Their names, in the order of the document.</summary>
    public static IReadOnlyList<string> Names() => [.. Read().Select(static one => one.Name)];

    /// <summary>One of them, with words of it replaced by others; each must be in it.</summary>
    public static string Text(string name, params (string Documented, string Real)[] changes)
    {
        string text = Read().Single(one => one.Name == name).Text;
        foreach ((string documented, string real) in changes)
        {
            Assert.That(text, Does.Contain(documented), $"the configuration {name} of the cookbook");
            text = text.Replace(documented, real, StringComparison.Ordinal);
        }

        return text;
    }

    private static List<(string Name, string Text)> Read()
    {
        List<(string Name, string Text)> found = [];
        string? name = null;
        List<string> lines = [];
        foreach (string line in File.ReadLines(Repository.File("docs/cookbook.md")))
        {
            if (name is null && line.StartsWith(Fence + "yaml ", StringComparison.Ordinal))
                (name, lines) = (line[(Fence.Length + 5)..].Trim(), []);
            else if (name is not null && line == Fence)
            {
                found.Add((name, string.Join('\n', lines) + "\n"));
                name = null;
            }
            else if (name is not null)
                lines.Add(line);
        }

        return found;
    }
}
