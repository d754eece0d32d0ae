namespace CoreNode.Updates.Omaha;

/// <summary>Identities of applications, which come with braces and without, in small letters and capitals.</summary>
public static class AppId
{
    /// <summary>The identity of CoreOS, which Flatcar kept.</summary>
    public const string CoreOs = "{e96281a6-d1af-4bde-9a0a-97b76e56dc57}";

    /// <summary>True if both mean the same application.</summary>
    public static bool AreSame(string one, string other) =>
        Trimmed(one).Equals(Trimmed(other), StringComparison.OrdinalIgnoreCase);

    /// <summary>Without braces, in small letters: what is stored and compared.</summary>
    public static string Bare(string id) => Trimmed(id).ToString().ToLowerInvariant();

    private static ReadOnlySpan<char> Trimmed(string id)
    {
        ReadOnlySpan<char> text = id.AsSpan().Trim();
        return text is ['{', .., '}'] ? text[1..^1] : text;
    }
}
