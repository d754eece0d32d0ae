namespace CoreNode.Updates.Omaha;

/// <summary>
/// Why a machine gets no update now although there is one. CoreNode's server says it in attributes of an answer that is
/// "noupdate" to all other clients; Nebraska's refusals mean the same and are read as such.
/// </summary>
/// <param name="Reason">One of <see cref="HoldReasons"/>, or a word of a newer server.</param>
/// <param name="Text">More for people; null if there is none.</param>
/// <param name="Until">When it is likely to get it; null if nobody knows.</param>
public sealed record OmahaHold(string Reason, string? Text = null, DateTimeOffset? Until = null)
{
    /// <summary>One line for people, without the time.</summary>
    public string Describe()
    {
        string meaning = HoldReasons.Meaning(Reason) ?? ForeignWords.Shown(Reason, 60);
        return Text is null ? meaning : $"{meaning}: {ForeignWords.Shown(Text)}";
    }
}
