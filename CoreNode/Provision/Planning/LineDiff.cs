using System.Text;

namespace CoreNode.Provision.Planning;

/// <summary>
/// What differs between two texts, as hunks of a unified diff. Beginning and end that are the same are left out first;
/// where what remains is too large to compare, it is one hunk.
/// </summary>
internal static class LineDiff
{
    private const int Context = 3;
    private const int MaxCells = 1_000_000;
    private const char NoEnd = '\0';

    /// <summary>The hunks; "" for the same lines.</summary>
    public static string Hunks(string before, string after)
    {
        string[] old = Lines(before);
        string[] young = Lines(after);
        int start = 0;
        while (start < old.Length && start < young.Length && old[start] == young[start])
            start++;
        int end = 0;
        while (end < old.Length - start && end < young.Length - start && old[^(end + 1)] == young[^(end + 1)])
            end++;
        string steps = Steps(old[start..(old.Length - end)], young[start..(young.Length - end)]);
        if (steps.Length == 0)
            return "";
        string all = new string('=', start) + steps + new string('=', end);
        StringBuilder text = new();
        int at = 0;
        int oldLine = 0;
        int youngLine = 0;
        while (NextHunk(all, at, out int first, out int last))
        {
            // Up to a hunk all lines are the same in both.
            oldLine += first - at;
            youngLine += first - at;
            Write(text, all[first..last], old, young, ref oldLine, ref youngLine);
            at = last;
        }

        return text.ToString();
    }

    // '-' a line goes, '+' one comes, '=' one stays.
    private static string Steps(string[] old, string[] young)
    {
        if ((long)old.Length * young.Length > MaxCells)
            return new string('-', old.Length) + new string('+', young.Length);

        // Length of the longest common subsequence of what is left of both.
        StringBuilder steps = new();
        int width = young.Length + 1;
        int[] common = new int[(old.Length + 1) * width];
        for (int i = old.Length - 1; i >= 0; i--)
        {
            for (int j = young.Length - 1; j >= 0; j--)
            {
                int at = (i * width) + j;
                common[at] = old[i] == young[j]
                    ? common[at + width + 1] + 1
                    : Math.Max(common[at + width], common[at + 1]);
            }
        }

        for (int i = 0, j = 0; i < old.Length || j < young.Length;)
        {
            if (i < old.Length && j < young.Length && old[i] == young[j])
            {
                steps.Append('=');
                i++;
                j++;
            }
            else if (j == young.Length
                || (i < old.Length && common[((i + 1) * width) + j] >= common[(i * width) + j + 1]))
            {
                steps.Append('-');
                i++;
            }
            else
            {
                steps.Append('+');
                j++;
            }
        }

        return steps.ToString();
    }

    private static bool NextHunk(string steps, int at, out int first, out int last)
    {
        first = at;
        last = at;
        int change = at;
        while (change < steps.Length && steps[change] == '=')
            change++;
        if (change == steps.Length)
            return false;
        first = Math.Max(at, change - Context);
        for (int same = 0, i = change; i < steps.Length && same <= 2 * Context; i++)
        {
            same = steps[i] == '=' ? same + 1 : 0;
            if (same == 0)
                last = i + 1;
        }

        last = Math.Min(steps.Length, last + Context);
        return true;
    }

    private static void Write(
        StringBuilder text, string hunk, string[] old, string[] young, ref int oldLine, ref int youngLine)
    {
        int olds = 0;
        int youngs = 0;
        foreach (char step in hunk)
        {
            olds += step == '+' ? 0 : 1;
            youngs += step == '-' ? 0 : 1;
        }

        text.Append("@@ -").Append(Range(oldLine, olds)).Append(" +").Append(Range(youngLine, youngs)).Append(" @@\n");
        foreach (char step in hunk)
        {
            string line = step == '+' ? young[youngLine] : old[oldLine];
            oldLine += step == '+' ? 0 : 1;
            youngLine += step == '-' ? 0 : 1;
            bool isOpen = line.EndsWith(NoEnd);
            text.Append(step == '=' ? ' ' : step).Append(isOpen ? line[..^1] : line).Append('\n');
            if (isOpen)
                text.Append("\\ No newline at end of file\n");
        }
    }

    private static string Range(int before, int count) => count switch
    {
        0 => $"{before},0",
        1 => $"{before + 1}",
        _ => $"{before + 1},{count}",
    };

    // A last line without an end differs from one with it: it gets a mark, which texts do not hold.
    private static string[] Lines(string text)
    {
        if (text.Length == 0)
            return [];
        string[] lines = text.Split('\n');
        if (lines[^1].Length == 0)
            return lines[..^1];
        lines[^1] += NoEnd;
        return lines;
    }
}
