namespace CoreNode.Reboots;

/// <summary>Strategies by the words that people write.</summary>
public static class RebootStrategies
{
    /// <summary>In the order of <see cref="RebootStrategy"/>.</summary>
    public static readonly IReadOnlyList<string> Words = ["etcd-lock", "reboot", "off", "best-effort"];

    /// <summary>The word of one.</summary>
    public static string Word(RebootStrategy strategy) => Words[(int)strategy];

    /// <summary>The one of a word; null for none.</summary>
    public static RebootStrategy? Find(string word)
    {
        for (int i = 0; i < Words.Count; i++)
        {
            if (Words[i] == word)
                return (RebootStrategy)i;
        }

        return null;
    }
}
