using System.Text.RegularExpressions;

namespace CoreNode.Tests.Architecture;

/// <summary>
/// Edges that only the source shows: constants and nameof are copied by the compiler and leave no reference in the IL.
/// An unused using directive does not compile here (IDE0005), so each one is a real need.
/// </summary>
internal static partial class UsingScanner
{
    /// <summary>The modules that a source file of <paramref name="module"/> names in using directives.</summary>
    public static IEnumerable<Use> Scan(string root, string module, string path, string text)
    {
        foreach (Match match in Directive().Matches(text))
        {
            string name = match.Groups["name"].Value;
            if (!name.StartsWith(root + ".", StringComparison.Ordinal))
                continue;
            string target = name[(root.Length + 1)..];
            // An alias or a static using names a type: its module is what stands before it.
            if (match.Groups["alias"].Success || match.Groups["static"].Success)
                target = target.Contains('.', StringComparison.Ordinal) ? target[..target.LastIndexOf('.')] : target;
            if (target != module)
                yield return new Use(module, path, target, root, "using " + name, "");
        }
    }

    [GeneratedRegex(
        @"^\s*(global )?using (?<static>static )?(?<alias>\w+ = )?(?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Directive();
}
