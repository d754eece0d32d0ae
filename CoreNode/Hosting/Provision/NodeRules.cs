using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Hosting.Provision;

/// <summary>The table of the node's options as readers of configurations ask it.</summary>
internal static class NodeRules
{
    // Files that options name may be part of the same configuration: what is in them is judged by the node.
    private const string AnyFile = "0123456789abcdef0123456789abcdef";
    private const string OtherMember = "others would know this member by other addresses";

    /// <summary>Every option but those that a file of options cannot have.</summary>
    public static NodeOptionRules Make()
    {
        List<string> names = [];
        foreach (NodeFlag flag in NodeFlags.All)
        {
            if (flag.Name is not ("config" or "dev"))
                names.Add(flag.Name);
        }

        return new NodeOptionRules(names, Check);
    }

    /// <summary>
    /// What is still wrong once the node has a name: warnings, since it does not matter to a member that has its data.
    /// </summary>
    public static IReadOnlyList<Finding> Judge(IReadOnlyList<DesiredOption> options)
    {
        List<Finding> findings = [];
        foreach (KeyValuePair<string, string> wrong in Problems(options, []))
        {
            findings.Add(new Finding(
                Severity.Warning, "", TextPlace.None, $"corenode.{wrong.Key}", wrong.Value,
                "the node does not start like this: set hostname, or name below corenode:"));
        }

        return findings;
    }

    // As the node will read them; all that is wrong at once.
    private static List<KeyValuePair<string, string>> Check(IReadOnlyList<DesiredOption> options)
    {
        string? cluster = null;
        foreach (DesiredOption option in options)
        {
            if (option.Name == "name")
                return Problems(options, []);
            cluster = option.Name == "initial-cluster" ? option.Value : cluster;
        }

        // Which of these members the machine is is known once its name is.
        if (cluster is null || cluster.IndexOf('=') is var end && end <= 0)
            return Problems(options, []);
        List<KeyValuePair<string, string>> problems = Problems(options, [$"--name={cluster[..end].Trim()}"]);
        problems.RemoveAll(static one => one.Value.Contains(OtherMember, StringComparison.Ordinal));
        return problems;
    }

    private static List<KeyValuePair<string, string>> Problems(
        IReadOnlyList<DesiredOption> options, List<string> arguments)
    {
        foreach (DesiredOption option in options)
            arguments.Add($"--{option.Name}={option.Value}");
        NodeOptionsReader reader = new(static _ => null, static _ => AnyFile);
        reader.Read(arguments);
        List<KeyValuePair<string, string>> wrong = [];
        foreach (string problem in reader.Problems)
            wrong.Add(new(NameIn(problem), WithoutSecrets(problem, options)));
        return wrong;
    }

    // "--election-timeout 5 is too short: …", "unknown flag --nmae; …"
    private static string NameIn(string problem)
    {
        int begin = problem.IndexOf("--", StringComparison.Ordinal);
        if (begin < 0)
            return "";
        ReadOnlySpan<char> rest = problem.AsSpan(begin + 2);
        int end = rest.IndexOfAny(" :;,");
        return (end < 0 ? rest : rest[..end]).ToString();
    }

    private static string WithoutSecrets(string problem, IReadOnlyList<DesiredOption> options)
    {
        foreach (DesiredOption option in options)
        {
            if (option.IsSecret && option.Value.Length > 0)
                problem = problem.Replace(option.Value, "…", StringComparison.Ordinal);
        }

        return problem;
    }
}
