using System.Text;

namespace CoreNode.Tests.Cli;

/// <summary>Splits a line as a shell does, as far as tests need it: spaces, and single quotes.</summary>
internal static class ShellWords
{
    public static List<string> Split(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        bool isQuoted = false;
        foreach (char letter in line)
        {
            if (letter == '\'')
            {
                isQuoted = !isQuoted;
                word ??= new StringBuilder();
            }
            else if (letter == ' ' && !isQuoted)
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new StringBuilder()).Append(letter);
            }
        }

        if (word is not null)
            words.Add(word.ToString());
        return isQuoted ? throw new FormatException($"an open quote in: {line}") : words;
    }
}
