using System.Text;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Ignition;

/// <summary>A configuration of the scripts: its name, its text, and what must be said about it.</summary>
internal sealed record IgnitionCase(string Name, string Json, string Transcript)
{
    private const string Divider = "\n====\n";

    /// <summary>Where the scripts are.</summary>
    public static readonly string Folder = Repository.File("CoreNode.Tests/Provision/Ignition/Scripts");

    /// <summary>All cases of all files.</summary>
    public static IEnumerable<IgnitionCase> All() => Files().SelectMany(Of);

    /// <summary>The names of the files.</summary>
    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Folder, "*.txt").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal);

    /// <summary>The cases of a file.</summary>
    public static IEnumerable<IgnitionCase> Of(string file)
    {
        foreach (string one in File.ReadAllText(Path.Combine(Folder, file)).TrimEnd('\n').Split(Divider))
        {
            string[] halves = one.Split("\n----", 2);
            string[] lines = halves[0].Split('\n', 2);
            yield return new IgnitionCase(lines[0].TrimStart('#', ' '), lines[1], halves[1].TrimStart('\n'));
        }
    }

    /// <summary>As it stands in the file.</summary>
    public string Text(string transcript) => new StringBuilder()
        .Append("# ").Append(Name).Append('\n').Append(Json).Append("\n----\n").Append(transcript).ToString();

    /// <summary>The cases as a file.</summary>
    public static string Join(IEnumerable<string> cases) => string.Join("====\n", cases);
}
