namespace CoreNode.Runner.Logs;

/// <summary>The kernel's way to give a line a priority (sd-daemon(3)): "&lt;3&gt;text". Pure.</summary>
internal static class LevelPrefix
{
    /// <summary>The text without it, and the priority; 6 if there is none.</summary>
    public static (string Text, int Priority) Divide(string line)
    {
        const int information = 6;
        bool hasOne = line.Length >= 3 && line[0] == '<' && line[2] == '>' && line[1] is >= '0' and <= '7';
        return hasOne ? (line[3..], line[1] - '0') : (line, information);
    }
}
