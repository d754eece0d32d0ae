using System.Globalization;
using System.Text;

namespace CoreNode.Api;

/// <summary>Location and body of the redirect that Go's ServeMux answers to a path that is not clean.</summary>
internal static class GoRedirect
{
    /// <summary>
    /// Makes both of the cleaned path and the query as it was sent. A query byte above 0x7F is escaped in the header
    /// but not in the text.
    /// </summary>
    public static (string Location, byte[] Html) Make(ReadOnlySpan<byte> cleanPath, ReadOnlySpan<byte> query)
    {
        StringBuilder location = new(GoPath.Escape(cleanPath));
        List<byte> html = [.. "<a href=\""u8];
        AppendEscaped(html, Encoding.ASCII.GetBytes(location.ToString()));
        if (!query.IsEmpty)
        {
            location.Append('?');
            html.Add((byte)'?');
        }

        foreach (byte b in query)
        {
            if (b < 0x80)
                location.Append((char)b);
            else
                location.Append(CultureInfo.InvariantCulture, $"%{b:x2}");
        }

        AppendEscaped(html, query);
        html.AddRange("\">Moved Permanently</a>.\n\n"u8);
        return (location.ToString(), [.. html]);
    }

    private static void AppendEscaped(List<byte> html, ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            switch (b)
            {
                case (byte)'&':
                    html.AddRange("&amp;"u8);
                    break;
                case (byte)'<':
                    html.AddRange("&lt;"u8);
                    break;
                case (byte)'>':
                    html.AddRange("&gt;"u8);
                    break;
                case (byte)'"':
                    html.AddRange("&#34;"u8);
                    break;
                case (byte)'\'':
                    html.AddRange("&#39;"u8);
                    break;
                default:
                    html.Add(b);
                    break;
            }
        }
    }
}
