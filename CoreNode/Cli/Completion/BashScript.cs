using CoreNode.Foundation;

namespace CoreNode.Cli.Completion;

/// <summary>The completion script for bash: walks the words to find the command, then offers what may follow.</summary>
internal static class BashScript
{
    public static void Write(IReadOnlyList<CompletionEntry> entries, TextWriter output)
    {
        string[] withValue = [.. entries.SelectMany(entry => entry.WithValue).Distinct()];
        output.WriteLine("# bash completion of corenode; made by `corenode completion bash`");
        output.WriteLine("_corenode() {");
        output.WriteLine("  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}");
        output.WriteLine("  local path= word skip= words= i");
        output.WriteLine("  for ((i = 1; i < COMP_CWORD; i++)); do");
        output.WriteLine("    word=${COMP_WORDS[i]}");
        output.WriteLine("    if [[ -n $skip ]]; then skip=; continue; fi");
        output.WriteLine("    case $word in");
        output.WriteLine($"      {string.Join('|', withValue)}) skip=1 ;;");
        output.WriteLine("      -*) ;;");
        output.WriteLine("      *) case $path/$word in");
        string paths = string.Join('|', ListPart.From(entries, 1).Select(entry => entry.Path));
        output.WriteLine($"           {paths}) path+=/$word ;;");
        output.WriteLine("         esac ;;");
        output.WriteLine("    esac");
        output.WriteLine("  done");
        output.WriteLine("  COMPREPLY=()");
        output.WriteLine("  case $previous in");
        output.WriteLine("    --output|-o) COMPREPLY=($(compgen -W 'text json' -- \"$current\")); return ;;");
        output.WriteLine($"    {string.Join('|', CompletionEntry.FileOptions)})");
        output.WriteLine("      COMPREPLY=($(compgen -f -- \"$current\")); return ;;");
        output.WriteLine("  esac");
        output.WriteLine("  [[ -n $skip ]] && return");
        output.WriteLine("  case $path in");
        foreach (CompletionEntry entry in entries)
        {
            string[] words = Array.ConvertAll([.. entry.Commands], static one => one.Name);
            output.WriteLine($"    '{entry.Path}')");
            output.WriteLine($"      words='{string.Join(' ', words)}'");
            if (entry.TakesFiles)
                output.WriteLine("      [[ $current != -* ]] && COMPREPLY=($(compgen -f -- \"$current\")) && return");
            output.WriteLine($"      [[ $current == -* ]] && words='{string.Join(' ', entry.Options)}' ;;");
        }

        output.WriteLine("  esac");
        output.WriteLine("  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))");
        output.WriteLine("}");
        output.WriteLine("complete -F _corenode corenode");
    }
}
