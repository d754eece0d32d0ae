using System.Globalization;
using CoreNode.Documents;

namespace CoreNode.Yaml;

/// <summary>Which characters a YAML text may have (YAML 1.2, 5.1).</summary>
internal static class YamlCharacters
{
    /// <summary>
    /// Refuses the first that none may have, with its place, which <paramref name="places"/> makes the author's.
    /// </summary>
    /// <exception cref="DocumentException">There is one.</exception>
    public static void Check(string text, Func<TextPlace, TextPlace> places)
    {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char one = text[i];
            if (one is >= ' ' and < '\u007F')
                continue;
            if (one == '\n' || (one == '\r' && !(i + 1 < text.Length && text[i + 1] == '\n')))
            {
                line++;
                lineStart = i + 1;
            }
            else if (char.IsHighSurrogate(one) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (!IsAllowed(one))
            {
                string name = ((int)one).ToString("X4", CultureInfo.InvariantCulture);
                throw new DocumentException(
                    $"the character U+{name} is not allowed", places(new TextPlace(line, i - lineStart + 1)),
                    "text only; bytes belong in base64");
            }
        }
    }

    private static bool IsAllowed(char one) =>
        one is '\t' or '\r' or '\u0085' or (>= '\u00A0' and < '\uD800') or (> '\uDFFF' and < '\uFFFE');
}
