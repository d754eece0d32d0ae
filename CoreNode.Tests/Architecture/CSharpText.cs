namespace CoreNode.Tests.Architecture;

/// <summary>
/// A source file in which strings, or strings and comments, are blanked, so that checks see only what they judge. Every
/// character keeps its place. Knows plain, verbatim, raw and interpolated strings; holes of the latter are code.
/// </summary>
internal sealed class CSharpText
{
    private readonly string _text;
    private readonly char[] _code;
    private readonly char[] _withComments;
    private int _at;

    private CSharpText(string text)
    {
        _text = text;
        _code = text.ToCharArray();
        _withComments = text.ToCharArray();
    }

    /// <summary>The text without comments and without what is in strings.</summary>
    public string Code { get; private set; } = "";

    /// <summary>The text without what is in strings.</summary>
    public string CodeAndComments { get; private set; } = "";

    /// <summary>Reads a whole file.</summary>
    public static CSharpText Of(string text)
    {
        CSharpText result = new(text);
        result.ReadCode(closing: 0);
        result.Code = new string(result._code);
        result.CodeAndComments = new string(result._withComments);
        return result;
    }

    // Reads code up to the end, or inside an interpolated string's hole up to its closing braces.
    private void ReadCode(int closing)
    {
        int depth = 0;
        while (_at < _text.Length)
        {
            if (Next("//"))
                Blank(EndOf("\n", from: _at), isComment: true);
            else if (Next("/*"))
                Blank(EndOf("*/", from: _at + 2), isComment: true);
            else if (_text[_at] == '\'')
                ReadCharacter();
            else if (_text[_at] is '"' or '$' or '@' && TryReadString())
                continue;
            else if (closing > 0 && depth == 0 && _text[_at] == '}')
                return;
            else
                depth += _text[_at++] switch { '{' => 1, '}' => -1, _ => 0 };
        }
    }

    private void ReadCharacter()
    {
        int start = _at++;
        if (_at < _text.Length && _text[_at] == '\\')
            _at += 2;
        while (_at < _text.Length && _text[_at] is not ('\'' or '\n'))
            _at++;
        int end = _at;
        _at = start;
        Blank(Math.Min(end + 1, _text.Length), isComment: false);
    }

    private bool TryReadString()
    {
        int quote = _at;
        while (quote < _text.Length && _text[quote] is '$' or '@')
            quote++;
        if (quote >= _text.Length || _text[quote] != '"')
        {
            _at++;
            return true;
        }

        int dollars = _text.AsSpan(_at, quote - _at).Count('$');
        bool isVerbatim = _text.AsSpan(_at, quote - _at).Contains('@');
        int quotes = 1;
        while (quote + quotes < _text.Length && _text[quote + quotes] == '"')
            quotes++;
        _at = quote;
        if (quotes >= 3)
            ReadRaw(quotes, dollars);
        else
            ReadQuoted(isVerbatim, dollars);
        return true;
    }

    private void ReadRaw(int quotes, int dollars)
    {
        string end = new('"', quotes);
        string hole = new('{', Math.Max(dollars, 1));
        Skip(quotes);
        while (_at < _text.Length && !Next(end))
        {
            if (dollars > 0 && Next(hole))
                ReadHole(dollars);
            else
                Skip(1);
        }

        Skip(quotes);
    }

    private void ReadQuoted(bool isVerbatim, int dollars)
    {
        Skip(1);
        while (_at < _text.Length && _text[_at] != '"' || isVerbatim && Next("\"\""))
        {
            if (dollars > 0 && _text[_at] == '{' && !Next("{{"))
                ReadHole(1);
            else
                Skip(Next("{{") || (isVerbatim ? Next("\"\"") : _text[_at] == '\\') ? 2 : 1);
        }

        Skip(1);
    }

    private void ReadHole(int braces)
    {
        Skip(braces);
        ReadCode(braces);
        Skip(braces);
    }

    private bool Next(string what) => string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;

    private int EndOf(string what, int from)
    {
        int at = _text.IndexOf(what, Math.Min(from, _text.Length), StringComparison.Ordinal);
        return at < 0 ? _text.Length : at + what.Length;
    }

    private void Skip(int count) => Blank(Math.Min(_at + count, _text.Length), isComment: false);

    private void Blank(int end, bool isComment)
    {
        for (; _at < end; _at++)
        {
            if (_text[_at] == '\n')
                continue;
            _code[_at] = ' ';
            if (!isComment)
                _withComments[_at] = ' ';
        }
    }
}
