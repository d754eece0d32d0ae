namespace CoreNode.Tests.Cli;

/// <summary>One line of TestData/etcdctl_invocations.txt, whose head explains the form.</summary>
internal sealed record EtcdctlInvocation(int Line, string Text)
{
    // A busy machine must not make a difference between the two.
    private static readonly string[] s_patience = ["--timeout", "20s", "--total-timeout", "25s"];

    public IReadOnlyList<string> Words { get; private init; } = [];

    public string Input { get; private init; } = "";

    public bool IsUnordered { get; private init; }

    public bool IsFirstLineOnly { get; private init; }

    public IReadOnlyDictionary<string, string> Environment { get; private init; } = new Dictionary<string, string>();

    /// <summary>Reads the file.</summary>
    public static IReadOnlyList<EtcdctlInvocation> ReadAll()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "TestData", "etcdctl_invocations.txt");
        return
        [
            .. File.ReadLines(path)
                .Select((text, at) => (text, line: at + 1))
                .Where(one => one.text.Length > 0 && one.text[0] != '#')
                .Select(one => Parse(one.line, one.text)),
        ];
    }

    private static EtcdctlInvocation Parse(int line, string text)
    {
        int bar = text.IndexOf('|', StringComparison.Ordinal);
        string before = bar < 0 ? "" : text[..bar].TrimEnd();
        return new EtcdctlInvocation(line, text)
        {
            Words = [.. s_patience, .. ShellWords.Split(bar < 0 ? text : text[(bar + 1)..])],
            Input = before.StartsWith('<')
                ? before[1..].TrimStart().Replace("\\n", "\n", StringComparison.Ordinal)
                : "",
            IsUnordered = before == "unordered",
            IsFirstLineOnly = before == "first-line",
            Environment = before.StartsWith("env ", StringComparison.Ordinal)
                ? new Dictionary<string, string> { [before[4..].Split('=')[0]] = before[4..].Split('=', 2)[1] }
                : new Dictionary<string, string>(),
        };
    }
}
