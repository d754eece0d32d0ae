using CoreNode.Cli.Config;
using CoreNode.Platform;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Choice;
using CoreNode.Provision.Sources.Search;
using CoreNode.Updates.Client.Exchange;

namespace CoreNode.Hosting.Provision;

/// <summary>
/// Finds the user data that a command is about: what it was handed, a file, a URL, the machine's sources.
/// </summary>
/// <param name="environment">Looks up an environment variable; null if not set.</param>
/// <param name="time">Clock of all waits.</param>
/// <param name="tell">Told who is asked and why it takes time.</param>
internal sealed class UserDataSearch(Func<string, string?> environment, TimeProvider time, Action<string> tell)
{
    /// <summary>Finds it.</summary>
    /// <exception cref="FormatException">The sources are named wrongly.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task<SearchResult> FindAsync(
        ConfigRequest request, bool isFirstBoot, CancellationToken cancellation)
    {
        if (request.Where == "-")
            return Whole(new UserData("standard input", request.Content));
        if (request.Where is { } where && !where.Contains("://", StringComparison.Ordinal))
            return Whole(new UserData(where, SmallFiles.Read(where)));
        SourceOptions options = Options(environment, time) with { IsFirstBoot = isFirstBoot };
        SourcePlan plan = SourceCatalog.Plan(Words(request), MachineSigns.Read(""), options);
        foreach (string note in plan.Notes)
            tell(note);
        SearchLimits limits = new() { Total = request.Limit };
        SourceSearch search = new(limits, time, progress => tell(progress.ToString()));
        return await search.RunAsync(plan.Entries, cancellation);
    }

    /// <summary>How servers are asked.</summary>
    public static SourceOptions Options(Func<string, string?> environment, TimeProvider time) => new()
    {
        Time = time,
        Proxies = ProxySettings.Of(environment),
        Tls = SourceTls.Make,
    };

    private static SearchResult Whole(UserData data) => new([data], [], null);

    private static List<SourceWord> Words(ConfigRequest request)
    {
        List<SourceWord> words = [];
        if (request.Where is { } url)
        {
            if (!SourceWord.TryParseArgument(url, out SourceWord? word, out string? problem))
                throw new FormatException(problem);
            words.Add(word);
        }

        foreach (string text in request.From)
        {
            if (!SourceWord.TryParse(text, out SourceWord? word, out string? problem))
                throw new FormatException(problem);
            words.Add(word);
        }

        if (words.Count == 0)
            words.Add(new SourceWord(SourceKind.Auto));
        return words;
    }
}
