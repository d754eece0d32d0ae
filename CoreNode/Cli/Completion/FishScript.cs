using CoreNode.Foundation;

namespace CoreNode.Cli.Completion;

/// <summary>The completion script for fish: a function finds the command that the words lead to, as bash's.</summary>
internal static class FishScript
{
    public static void Write(IReadOnlyList<CompletionEntry> entries, TextWriter output)
    {
        string[] withValue = [.. entries.SelectMany(entry => entry.WithValue).Distinct()];
        string paths = string.Join(' ', ListPart.From(entries, 1).Select(entry => entry.Path));
        output.WriteLine("# fish completion of corenode; made by `corenode completion fish`");
        output.WriteLine("function __corenode_path");
        output.WriteLine("  set -l path ''");
        output.WriteLine("  set -l skip ''");
        output.WriteLine("  set -l words (commandline -opc)");
        output.WriteLine("  for word in $words[2..-1]");
        output.WriteLine("    if test -n \"$skip\"");
        output.WriteLine("      set skip ''");
        output.WriteLine($"    else if contains -- $word {string.Join(' ', withValue)}");
        output.WriteLine("      set skip $word");
        output.WriteLine($"    else if contains -- $path/$word {paths}");
        output.WriteLine("      set path $path/$word");
        output.WriteLine("    end");
        output.WriteLine("  end");
        output.WriteLine("  echo \"$path\"");
        output.WriteLine("end");
        output.WriteLine("function __corenode_at");
        output.WriteLine("  test (__corenode_path) = \"$argv[1]\"");
        output.WriteLine("end");
        output.WriteLine("complete -c corenode -f");
        foreach (CompletionEntry entry in entries)
        {
            string at = $"complete -c corenode -n \"__corenode_at '{entry.Path}'\"";
            foreach ((string name, string meaning) in entry.Commands)
                output.WriteLine($"{at} -a {name} -d {Quoted(meaning)}");
            foreach (string option in entry.Options)
                output.WriteLine($"{at} {Option(entry, option)}");
            if (entry.TakesFiles)
                output.WriteLine($"{at} -F");
        }
    }

    private static string Option(CompletionEntry entry, string option)
    {
        string written = option.StartsWith("--", StringComparison.Ordinal) ? $"-l {option[2..]}" : $"-s {option[1..]}";
        if (option is "--output" or "-o")
            return $"{written} -x -a 'text json'";
        if (CompletionEntry.FileOptions.Contains(option))
            return $"{written} -r -F";
        return entry.WithValue.Contains(option) ? $"{written} -x" : written;
    }

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
