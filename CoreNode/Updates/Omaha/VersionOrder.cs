namespace CoreNode.Updates.Omaha;

/// <summary>
/// Compares versions as servers of the protocol do (Semantic Versioning 2.0.0, section 11), with what CoreOS and its
/// heirs write besides: any number of parts ("0.0.0.0"), parts that are words ("dev"), leading zeros. Parts that are
/// missing are 0, what follows + does not count. Not for deciding whether a payload may be installed: that is the
/// signed release counter's.
/// </summary>
public static class VersionOrder
{
    /// <summary>Below 0 if the first is older, above 0 if it is newer, 0 if they rank the same.</summary>
    public static int Compare(string one, string other)
    {
        (string[] core, string[]? preview) = Split(one);
        (string[] otherCore, string[]? otherPreview) = Split(other);
        for (int i = 0; i < Math.Max(core.Length, otherCore.Length); i++)
        {
            int order = CompareParts(i < core.Length ? core[i] : "0", i < otherCore.Length ? otherCore[i] : "0");
            if (order != 0)
                return order;
        }

        if (preview is null || otherPreview is null)
            return (preview is null ? 1 : 0) - (otherPreview is null ? 1 : 0);
        for (int i = 0; i < Math.Min(preview.Length, otherPreview.Length); i++)
        {
            int order = CompareParts(preview[i], otherPreview[i]);
            if (order != 0)
                return order;
        }

        return preview.Length.CompareTo(otherPreview.Length);
    }

    private static (string[] Core, string[]? Preview) Split(string version)
    {
        string text = version.Trim();
        int plus = text.IndexOf('+', StringComparison.Ordinal);
        text = plus < 0 ? text : text[..plus];
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (text.Split('.'), null) : (text[..dash].Split('.'), text[(dash + 1)..].Split('.'));
    }

    // Numbers are below words, and of any length, so that none overflows.
    private static int CompareParts(string one, string other)
    {
        bool isNumber = IsNumber(one);
        if (isNumber != IsNumber(other))
            return isNumber ? -1 : 1;
        if (!isNumber)
            return Math.Sign(string.CompareOrdinal(one, other));
        ReadOnlySpan<char> digits = one.AsSpan().TrimStart('0');
        ReadOnlySpan<char> otherDigits = other.AsSpan().TrimStart('0');
        return digits.Length != otherDigits.Length
            ? digits.Length.CompareTo(otherDigits.Length)
            : Math.Sign(digits.SequenceCompareTo(otherDigits));
    }

    // Nothing counts as 0.
    private static bool IsNumber(string part) => !part.AsSpan().ContainsAnyExceptInRange('0', '9');
}
