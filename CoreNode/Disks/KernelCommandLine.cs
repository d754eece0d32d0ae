using System.Text;

namespace CoreNode.Disks;

/// <summary>The words that a kernel was started with.</summary>
internal static class KernelCommandLine
{
    /// <summary>
    /// The value of the first of <paramref name="keys"/> that is there, with its key; the last one counts where one is
    /// given several times, as for the kernel itself.
    /// </summary>
    public static (string Key, string Value)? Find(string text, params ReadOnlySpan<string> keys)
    {
        List<string> words = Split(text);
        foreach (string key in keys)
        {
            string? word = words.LastOrDefault(one =>
                one.Length > key.Length && one[key.Length] == '=' && one.StartsWith(key, StringComparison.Ordinal));
            if (word is not null)
                return (key, word[(key.Length + 1)..]);
        }

        return null;
    }

    // Spaces between words, double quotes around spaces inside of one (kernel-parameters.txt).
    private static List<string> Split(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool isQuoted = false;
        foreach (char one in text)
        {
            if (one == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted && char.IsWhiteSpace(one))
                Flush();
            else
                word.Append(one);
        }

        Flush();
        return words;

        void Flush()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }
}
