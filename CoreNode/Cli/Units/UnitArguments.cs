using System.CommandLine;
using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Quadlet;

namespace CoreNode.Cli.Units;

/// <summary>How units are named on the command line.</summary>
internal static class UnitArguments
{
    private const double LongestWaitSeconds = 365 * 24 * 3600;

    private static readonly string[] s_types =
        ["service", "socket", "timer", "path", "mount", "automount", "device", "swap", "target", "slice", "scope"];

    public static Argument<string[]> Several(string meaning) =>
        new("UNIT") { Description = meaning, Arity = ArgumentArity.OneOrMore };

    public static Argument<string> One(string meaning) => new("UNIT") { Description = meaning };

    public static Option<bool> NoBlock() => new("--no-block")
    {
        Description = "only say what is wanted; do not wait until it is so",
    };

    public static Option<double> Wait() => new("--wait")
    {
        Description = "give up waiting after so many seconds; default: wait as long as it takes",
        HelpName = "S",
        CustomParser = result =>
        {
            string value = result.Tokens[0].Value;
            bool isNumber = double.TryParse(
                value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds);
            if (isNumber && seconds is > 0 and <= LongestWaitSeconds)
                return seconds;
            result.AddError(
                $"--wait is a number of seconds, such as 30 or 0.5, not '{value}'; --no-block does not wait");
            return 0;
        },
    };

    public static Option<int> Lines() => new("--lines", "-n")
    {
        Description = "how many of the last lines of each machine; 0: all",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
        CustomParser = result =>
        {
            string value = result.Tokens[0].Value;
            if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int lines))
                return lines;
            result.AddError($"--lines is a number of lines, 0 for all, not '{value}'");
            return 0;
        },
    };

    public static Option<bool> Replace() => new("--replace")
    {
        Description = "take the local file where the cluster has another text under that name",
    };

    public static Option<string> Machine() => new("--machine")
    {
        Description = "only there: its id, the beginning of it, or its address",
        HelpName = "ID",
    };

    /// <summary>
    /// The unit's name in a word that may be a path: web.service of ./units/web; .service is added, and takes the place
    /// of .container.
    /// </summary>
    public static string NameOf(string word)
    {
        string name = ContainerUnit.ServiceOf(Path.GetFileName(word));
        if (name.Length == 0)
            throw new UsageException($"'{word}' names no unit; write web.service or a path to its file");
        if (!HasType(name))
            name += ".service";
        string complaint = UnitName.Complaint(name);
        return complaint.Length == 0 ? name : throw new UsageException($"'{word}': {complaint}");
    }

    /// <summary>What was meant by a name whose type has a slip, as hello.servce; null if it has none.</summary>
    public static string? WithTypePutRight(string name)
    {
        string written = name.EndsWith(".service", StringComparison.Ordinal) ? name[..^".service".Length] : name;
        int dot = written.LastIndexOf('.');
        return dot > 0 && NearestWord.Of(written[(dot + 1)..], s_types) is { } type ? $"{written[..dot]}.{type}" : null;
    }

    /// <summary>
    /// The file that a word may mean, with the type added where it is left out: .service, or .container where only such
    /// a file is there.
    /// </summary>
    public static string FileOf(string word)
    {
        if (HasType(word) || ContainerUnit.IsFile(word))
            return word;
        string file = word + ".service";
        string container = word + ContainerUnit.Suffix;
        return !File.Exists(file) && File.Exists(container) ? container : file;
    }

    /// <summary>The file of an instance's template, beside the file that the instance would have.</summary>
    public static string TemplateFileOf(UnitName instance, string path)
    {
        string template = ContainerUnit.IsFile(path)
            ? $"{instance.Prefix}@{ContainerUnit.Suffix}" : instance.Template;
        return Path.Combine(Path.GetDirectoryName(path) ?? "", template);
    }

    /// <summary>A pattern for the listing that holds all these names.</summary>
    public static string PatternOf(IReadOnlyList<string> names)
    {
        string common = names[0];
        foreach (string name in names)
        {
            int same = 0;
            while (same < common.Length && same < name.Length && common[same] == name[same])
                same++;
            common = common[..same];
        }

        string literal = common.Replace("\\", "\\\\", StringComparison.Ordinal);
        return names.Count == 1 ? literal : literal + "*";
    }

    // As fleetctl: "web.1" is no type and gets one.
    private static bool HasType(string word)
    {
        string type = word[(word.LastIndexOf('.') + 1)..];
        return word.Contains('.', StringComparison.Ordinal) && UnitName.Complaint("a." + type).Length == 0;
    }
}
