namespace CoreNode.Boot.Model;

/// <summary>Patterns of modules.alias: <c>*</c>, <c>?</c> and <c>[…]</c>, as fnmatch has them without flags.</summary>
internal static class Glob
{
    /// <summary>True if the whole text fits. Time grows with both lengths multiplied, no worse.</summary>
    public static bool Fits(string pattern, string text)
    {
        int at = 0;
        int place = 0;
        int star = -1;
        int retry = 0;
        while (place < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                retry = place;
            }
            else if (at < pattern.Length && FitsOne(pattern, at, text[place], out int next))
            {
                at = next;
                place++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                place = ++retry;
            }
            else
            {
                return false;
            }
        }

        while (at < pattern.Length && pattern[at] == '*')
            at++;
        return at == pattern.Length;
    }

    private static bool FitsOne(string pattern, int at, char one, out int next)
    {
        next = at + 1;
        if (pattern[at] == '?')
            return true;
        int close = pattern[at] == '[' ? pattern.IndexOf(']', at + 1) : -1;
        if (close < 0)
            return pattern[at] == one;
        next = close + 1;
        for (int i = at + 1; i < close; i++)
        {
            bool isRange = i + 2 < close && pattern[i + 1] == '-';
            if (isRange ? one >= pattern[i] && one <= pattern[i + 2] : one == pattern[i])
                return true;
            i += isRange ? 2 : 0;
        }

        return false;
    }
}
