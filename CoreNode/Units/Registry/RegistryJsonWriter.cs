using System.Globalization;
using System.Text;

namespace CoreNode.Units.Registry;

/// <summary>Writes JSON as Go's encoding/json does, byte for byte: values are compared, and read by others.</summary>
internal sealed class RegistryJsonWriter
{
    private readonly StringBuilder _text = new();
    private bool _isFirst = true;

    /// <summary>What was written.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Opens an object or an array.</summary>
    public RegistryJsonWriter Open(char bracket)
    {
        _text.Append(bracket);
        _isFirst = true;
        return this;
    }

    /// <summary>Closes it.</summary>
    public RegistryJsonWriter Close(char bracket)
    {
        _text.Append(bracket);
        _isFirst = false;
        return this;
    }

    /// <summary>A name; its value follows.</summary>
    public RegistryJsonWriter Name(string name)
    {
        Separate();
        Quote(name);
        _text.Append(':');
        _isFirst = true;
        return this;
    }

    /// <summary>A text.</summary>
    public RegistryJsonWriter Text(string value)
    {
        Separate();
        Quote(value);
        return this;
    }

    /// <summary>A number.</summary>
    public RegistryJsonWriter Number(long value)
    {
        Separate();
        _text.Append(CultureInfo.InvariantCulture, $"{value}");
        return this;
    }

    /// <summary>true, false or null.</summary>
    public RegistryJsonWriter Word(string word)
    {
        Separate();
        _text.Append(word);
        return this;
    }

    /// <summary>A moment, RFC 3339 in UTC.</summary>
    public RegistryJsonWriter Time(DateTimeOffset time) =>
        Text(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    private void Separate()
    {
        if (!_isFirst)
            _text.Append(',');
        _isFirst = false;
    }

    private void Quote(string value)
    {
        _text.Append('"');
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
                _text.Append(c).Append(value[++i]);
            else
                Escape(c);
        }

        _text.Append('"');
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"' or '\\':
                _text.Append('\\').Append(c);
                break;
            case '\n':
                _text.Append("\\n");
                break;
            case '\r':
                _text.Append("\\r");
                break;
            case '\t':
                _text.Append("\\t");
                break;
            case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                break;
            default:
                _text.Append(char.IsSurrogate(c) ? '\uFFFD' : c);
                break;
        }
    }
}
