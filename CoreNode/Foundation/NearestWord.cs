namespace CoreNode.Foundation;

/// <summary>Finds what a mistyped word was meant to be.</summary>
public static class NearestWord
{
    private const int ShortestBeginning = 3;

    /// <summary>
    /// The nearest of the known words, if it is near enough to be a slip: at most a third of the letters differ, case
    /// aside. What was begun and not ended, as the only such word, is nearer than any slip. Null if none is.
    /// </summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        List<string> begun = [];
        foreach (string candidate in known)
        {
            if (candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                begun.Add(candidate);
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < bestDistance)
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        int letters = word.TrimStart('-').Length;
        if (begun.Count == 1 && letters >= ShortestBeginning)
            return begun[0];
        return best is not null && bestDistance <= Math.Max(1, (letters + 1) / 3) ? best : null;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours between two words.</summary>
    public static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                int best = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);
                rows[i, j] = best;
            }
        }

        return rows[a.Length, b.Length];
    }
}
