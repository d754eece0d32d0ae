namespace CoreNode.Provision.Planning;

/// <summary>
/// The line of the own name in hosts(5). It bears a remark, by which it is found when the name changes.
/// </summary>
internal static class HostsText
{
    private const string Remark = "# corenode: manage_etc_hosts";
    private const string NewFile = "127.0.0.1 localhost\n::1 localhost\n";

    /// <summary>The text with one line of ours, for that name; all other lines as they are.</summary>
    public static string Edit(string text, string name)
    {
        List<string> lines = RawText.Lines(text.Length == 0 ? NewFile : text);
        bool isKnown = false;
        int ours = -1;
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].EndsWith(Remark, StringComparison.Ordinal))
                ours = i;
            else
                isKnown |= IsLoopbackOf(lines[i], name);
        }

        string line = $"127.0.0.1 {name} {Remark}";
        if (ours >= 0 && (!isKnown || lines[ours] == line))
            lines[ours] = line;
        else if (ours >= 0)
            lines.RemoveAt(ours);
        else if (!isKnown)
            lines.Add(line);
        string edited = RawText.Join(lines);
        // Nothing to do: not even for a last line without an end.
        return edited == text + "\n" ? text : edited;
    }

    private static bool IsLoopbackOf(string line, string name)
    {
        int remark = line.IndexOf('#', StringComparison.Ordinal);
        string[] words = (remark < 0 ? line : line[..remark]).Split(
            (char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 && words[0].StartsWith("127.", StringComparison.Ordinal)
            && Array.IndexOf(words, name, 1) > 0;
    }
}
