using CoreNode.Foundation;

namespace CoreNode.Cli.Completion;

/// <summary>The completion script for zsh: as bash's, with what each command does beside its name.</summary>
internal static class ZshScript
{
    public static void Write(IReadOnlyList<CompletionEntry> entries, TextWriter output)
    {
        string[] withValue = [.. entries.SelectMany(entry => entry.WithValue).Distinct()];
        output.WriteLine("#compdef corenode");
        output.WriteLine("# zsh completion of corenode; made by `corenode completion zsh`");
        output.WriteLine("_corenode() {");
        output.WriteLine("  local current=${words[CURRENT]} previous=${words[CURRENT-1]}");
        output.WriteLine("  local path_= word skip= i");
        output.WriteLine("  local -a commands_ options_");
        output.WriteLine("  for ((i = 2; i < CURRENT; i++)); do");
        output.WriteLine("    word=${words[i]}");
        output.WriteLine("    if [[ -n $skip ]]; then skip=; continue; fi");
        output.WriteLine("    case $word in");
        output.WriteLine($"      ({string.Join('|', withValue)}) skip=1 ;;");
        output.WriteLine("      (-*) ;;");
        output.WriteLine("      (*) case $path_/$word in");
        string paths = string.Join('|', ListPart.From(entries, 1).Select(entry => entry.Path));
        output.WriteLine($"            ({paths}) path_+=/$word ;;");
        output.WriteLine("          esac ;;");
        output.WriteLine("    esac");
        output.WriteLine("  done");
        output.WriteLine("  case $previous in");
        output.WriteLine("    (--output|-o) compadd text json; return ;;");
        output.WriteLine($"    ({string.Join('|', CompletionEntry.FileOptions)}) _files; return ;;");
        output.WriteLine("  esac");
        output.WriteLine("  [[ -n $skip ]] && return");
        output.WriteLine("  case $path_ in");
        foreach (CompletionEntry entry in entries)
        {
            string[] described = Array.ConvertAll(
                [.. entry.Commands],
                static one => $"'{one.Name}:{one.Meaning.Replace("'", "'\\''", StringComparison.Ordinal)}'");
            output.WriteLine($"    ('{entry.Path}')");
            if (entry.TakesFiles)
                output.WriteLine("      [[ $current != -* ]] && { _files; return }");
            output.WriteLine($"      commands_=({string.Join(' ', described)})");
            output.WriteLine($"      options_=({string.Join(' ', entry.Options)}) ;;");
        }

        output.WriteLine("  esac");
        output.WriteLine("  if [[ $current == -* ]]; then compadd -a options_; else _describe command commands_; fi");
        output.WriteLine("}");
        output.WriteLine(
            "if [[ ${funcstack[1]} == _corenode ]]; then _corenode \"$@\"; else compdef _corenode corenode; fi");
    }
}
