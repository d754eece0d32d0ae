using System.Globalization;
using System.Text;

namespace CoreNode.Updates.Omaha;

/// <summary>
/// Writes an XML document, one element a line. Whatever stands in a value is escaped, and what XML has no way to say is
/// replaced by U+FFFD: an odd alias of a machine must never make a request that a strict server cannot read.
/// </summary>
internal sealed class MarkupWriter
{
    private readonly StringBuilder _text = new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    private readonly Stack<string> _open = new();
    private bool _isTagOpen;

    /// <summary>Begins an element.</summary>
    public MarkupWriter Begin(string name)
    {
        if (_isTagOpen)
            _text.Append(">\n");
        Indent();
        _text.Append('<').Append(name);
        _open.Push(name);
        _isTagOpen = true;
        return this;
    }

    /// <summary>An attribute of the element that was begun last; null is left out.</summary>
    public MarkupWriter Set(string name, string? value)
    {
        if (value is null)
            return this;
        _text.Append(' ').Append(name).Append("=\"");
        foreach (Rune rune in value.EnumerateRunes())
            Append(rune);
        _text.Append('"');
        return this;
    }

    /// <summary>A number.</summary>
    public MarkupWriter Set(string name, long value) => Set(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>True as "true"; false is left out.</summary>
    public MarkupWriter SetIf(string name, bool value) => value ? Set(name, "true") : this;

    /// <summary>Ends the element that was begun last and is not ended.</summary>
    public MarkupWriter End()
    {
        string name = _open.Pop();
        if (_isTagOpen)
        {
            _text.Append("/>\n");
        }
        else
        {
            Indent();
            _text.Append("</").Append(name).Append(">\n");
        }

        _isTagOpen = false;
        return this;
    }

    /// <summary>The document.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private void Indent() => _text.Append(' ', 2 * _open.Count);

    private void Append(Rune rune)
    {
        switch (rune.Value)
        {
            case '&':
                _text.Append("&amp;");
                break;
            case '<':
                _text.Append("&lt;");
                break;
            case '>':
                _text.Append("&gt;");
                break;
            case '"':
                _text.Append("&quot;");
                break;
            case '\t' or '\n' or '\r':
                _text.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};");
                break;
            case < ' ' or 0xFFFE or 0xFFFF:
                _text.Append('\uFFFD');
                break;
            default:
                _text.Append(rune.ToString());
                break;
        }
    }
}
