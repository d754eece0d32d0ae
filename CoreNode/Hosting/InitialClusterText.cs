using CoreNode.Cluster;

namespace CoreNode.Hosting;

/// <summary>Reads and checks --initial-cluster; says all that is wrong with it, not just the first.</summary>
internal static class InitialClusterText
{
    /// <summary>Raft pays for each voter with latency; more than nine help nobody.</summary>
    public const int MostMembers = 9;

    /// <summary>The members; what is wrong is added to <paramref name="problems"/>.</summary>
    /// <param name="text">NAME=URL,…; empty for this member alone.</param>
    /// <param name="name">This member.</param>
    /// <param name="advertised">Its peer URLs, as others are told.</param>
    /// <param name="urlProblem">Says what is wrong with a URL; null if nothing is.</param>
    /// <param name="problems">Where problems go.</param>
    public static List<InitialMember> Read(
        string text, string name, IReadOnlyList<string> advertised, Func<string, string?> urlProblem,
        List<string> problems)
    {
        if (text.Length == 0)
            return [new InitialMember(name, advertised)];
        Dictionary<string, List<string>> members = Parse(text, name, urlProblem, problems);
        Check(members, name, advertised, problems);
        return ListOf(members);
    }

    /// <summary>The members, as somebody names them who is none; what is wrong is added to the problems.</summary>
    public static List<InitialMember> ReadOthers(
        string text, Func<string, string?> urlProblem, List<string> problems) =>
        ListOf(Parse(text, "a", urlProblem, problems));

    private static List<InitialMember> ListOf(Dictionary<string, List<string>> members)
    {
        List<InitialMember> list = [];
        foreach ((string name, List<string> urls) in members)
            list.Add(new InitialMember(name, urls));
        return list;
    }

    private static Dictionary<string, List<string>> Parse(
        string text, string name, Func<string, string?> urlProblem, List<string> problems)
    {
        Dictionary<string, List<string>> members = [];
        Dictionary<string, string> owners = [];
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] pair = part.Split('=', 2);
            if (pair.Length != 2 || pair[0].Length == 0)
                problems.Add($"--initial-cluster {part}: NAME=URL is needed, for example {name}=http://10.0.0.5:2380");
            else if (urlProblem(pair[1]) is { } problem)
                problems.Add($"--initial-cluster {part}: {problem}");
            else if (!owners.TryAdd(pair[1], pair[0]))
                problems.Add(Repeated(part, pair[1], owners[pair[1]], pair[0]));
            else if (members.TryGetValue(pair[0], out List<string>? urls))
                urls.Add(pair[1]);
            else
                members[pair[0]] = [pair[1]];
        }

        return members;
    }

    private static string Repeated(string part, string url, string owner, string name) => owner == name
        ? $"--initial-cluster {part}: it is there twice"
        : $"--initial-cluster {part}: {url} is also the URL of {owner}; each member has its own";

    private static void Check(
        Dictionary<string, List<string>> members, string name, IReadOnlyList<string> advertised, List<string> problems)
    {
        if (members.Count > MostMembers)
        {
            problems.Add($"--initial-cluster names {members.Count} members: at most {MostMembers} vote; machines "
                + "beyond them can be clients");
        }

        if (members.Count == 0)
            return;
        if (!members.TryGetValue(name, out List<string>? own))
        {
            problems.Add($"--initial-cluster does not name this member: --name is {name}, and it names "
                + string.Join(", ", members.Keys));
        }
        else if (!own.Order().SequenceEqual(advertised.Order()))
        {
            problems.Add($"--initial-cluster has {name}={string.Join($",{name}=", own)}, but "
                + $"--initial-advertise-peer-urls is {string.Join(',', advertised)}: others would know this member by "
                + "other addresses than it says; make them the same");
        }
    }
}
