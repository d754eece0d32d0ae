namespace CoreNode.Provision.Model;

/// <summary>
/// The machine's files of accounts as text (passwd(5), shadow(5), group(5), gshadow(5)); "" where absent.
/// </summary>
public sealed record AccountTexts(string Passwd, string Shadow, string Group, string GroupShadow)
{
    /// <summary>A root without accounts.</summary>
    public static readonly AccountTexts None = new("", "", "", "");
}
