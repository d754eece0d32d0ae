namespace CoreNode.Units.Model;

/// <summary>
/// Matching of unit names as Go's path.Match does it, which fleet uses for Conflicts= and Replaces=: * any characters,
/// ? one, [a-z] and [^a-z] one of a class, \ takes the next character as it is. The whole name must match.
/// </summary>
public static class UnitGlob
{
    /// <summary>True if the name matches; a malformed pattern matches nothing.</summary>
    public static bool IsMatch(string pattern, string name) => Match(pattern, name);

    /// <summary>False for a pattern with an unfinished class or escape, which matches nothing.</summary>
    public static bool IsValid(string pattern)
    {
        ReadOnlySpan<char> rest = pattern;
        while (rest.Length > 0)
        {
            if (rest[0] == '*')
                rest = rest[1..];
            else if (!TryTakeOne(ref rest, 'x', out _))
                return false;
        }

        return true;
    }

    /// <summary>True if it is a plain name without any special character.</summary>
    public static bool IsLiteral(string pattern) => pattern.AsSpan().IndexOfAny("*?[\\") < 0;

    // The last star is the only place to go back to: an earlier one can always match less.
    private static bool Match(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        ReadOnlySpan<char> afterStar = default;
        ReadOnlySpan<char> retry = default;
        bool hasStar = false;
        while (true)
        {
            if (pattern.Length > 0 && pattern[0] == '*')
            {
                pattern = pattern[1..];
                afterStar = pattern;
                retry = name;
                hasStar = true;
                continue;
            }

            if (pattern.Length == 0 && name.Length == 0)
                return true;
            if (pattern.Length > 0 && name.Length > 0)
            {
                if (!TryTakeOne(ref pattern, name[0], out bool isMatch))
                    return false;
                if (isMatch)
                {
                    name = name[1..];
                    continue;
                }
            }

            if (!hasStar || retry.Length == 0 || retry[0] == '/')
                return false;
            retry = retry[1..];
            name = retry;
            pattern = afterStar;
        }
    }

    // One character's worth of pattern; false if it is malformed.
    private static bool TryTakeOne(ref ReadOnlySpan<char> pattern, char c, out bool isMatch)
    {
        isMatch = false;
        switch (pattern[0])
        {
            case '?':
                isMatch = c != '/';
                pattern = pattern[1..];
                return true;
            case '[':
                return TryTakeClass(ref pattern, c, out isMatch);
            case '\\':
                if (pattern.Length < 2)
                    return false;
                isMatch = pattern[1] == c;
                pattern = pattern[2..];
                return true;
            default:
                isMatch = pattern[0] == c;
                pattern = pattern[1..];
                return true;
        }
    }

    private static bool TryTakeClass(ref ReadOnlySpan<char> pattern, char c, out bool isMatch)
    {
        isMatch = false;
        pattern = pattern[1..];
        bool isNegated = pattern.Length > 0 && pattern[0] == '^';
        if (isNegated)
            pattern = pattern[1..];
        for (int ranges = 0; ; ranges++)
        {
            if (pattern.Length > 0 && pattern[0] == ']' && ranges > 0)
            {
                pattern = pattern[1..];
                isMatch = isMatch != isNegated;
                return true;
            }

            if (!TryTakeEnd(ref pattern, out char low))
                return false;
            char high = low;
            if (pattern[0] == '-')
            {
                pattern = pattern[1..];
                if (!TryTakeEnd(ref pattern, out high))
                    return false;
            }

            isMatch |= low <= c && c <= high;
        }
    }

    private static bool TryTakeEnd(ref ReadOnlySpan<char> pattern, out char end)
    {
        end = default;
        if (pattern.Length == 0 || pattern[0] is '-' or ']')
            return false;
        if (pattern[0] == '\\')
        {
            pattern = pattern[1..];
            if (pattern.Length == 0)
                return false;
        }

        end = pattern[0];
        pattern = pattern[1..];
        return pattern.Length > 0;
    }
}
