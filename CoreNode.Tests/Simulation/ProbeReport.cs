#if DEBUG
using System.Text.RegularExpressions;
using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Simulation;

/// <summary>Which of the rare paths that the source names were taken in this process, and which never.</summary>
internal static partial class ProbeReport
{
    /// <summary>A line for each path, those that were never taken last.</summary>
    public static IEnumerable<string> Lines()
    {
        IReadOnlyDictionary<string, long> hits = Probe.Hits;
        foreach ((string name, long count) in hits.OrderBy(static hit => hit.Key, StringComparer.Ordinal))
            yield return $"  reached {count,8} times: {name}";
        foreach (string name in Named().Where(name => !hits.ContainsKey(name)))
            yield return $"  never reached:          {name}";
    }

    private static IEnumerable<string> Named() => Directory
        .EnumerateFiles(Repository.File("CoreNode"), "*.cs", SearchOption.AllDirectories)
        .SelectMany(static file => Call().Matches(File.ReadAllText(file)))
        .Select(static call => call.Groups[1].Value)
        .Distinct()
        .Order(StringComparer.Ordinal);

    [GeneratedRegex("""Probe\.Hit\("([^"]+)"\)""")]
    private static partial Regex Call();
}
#endif
