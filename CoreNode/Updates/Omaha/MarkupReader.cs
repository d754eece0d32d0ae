using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace CoreNode.Updates.Omaha;

/// <summary>
/// Reads a small XML 1.0 document (W3C Recommendation, fifth edition) into elements. It takes what is well formed and
/// nothing else, with three limits on purpose: UTF-8 only, no document type (so no entities but the five, and nothing
/// is fetched), and bounds on everything. Names may hold any letter beyond ASCII. Pure; an instance reads one document.
/// </summary>
internal sealed class MarkupReader
{
    // What cannot stand in a value as it is: it ends it, must be replaced, or is no character of XML.
    private static readonly SearchValues<char> s_special = SearchValues.Create(
        "<&\t\r\n\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000B\u000C\u000E\u000F\u0010\u0011\u0012\u0013"
        + "\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\uFFFE\uFFFF");

    private static readonly string[] s_declared = ["version", "encoding", "standalone"];

    private readonly string _text;
    private readonly MarkupLimits _limits;
    private readonly Stack<MarkupElement> _open = new();
    private readonly StringBuilder _value = new();
    private MarkupElement? _root;
    private MarkupFault? _fault;
    private int _at;
    private int _elements;

    private MarkupReader(string text, MarkupLimits limits)
    {
        _text = text;
        _limits = limits;
    }

    /// <summary>The root element; null if the bytes are no such document, which the fault explains.</summary>
    public static MarkupElement? Read(ReadOnlySpan<byte> bytes, MarkupLimits limits, out MarkupFault? fault)
    {
        fault = Refuse(bytes, limits);
        if (fault is not null)
            return null;
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        MarkupReader reader = new(Encoding.UTF8.GetString(bytes), limits);
        reader.ReadAll();
        fault = reader._fault;
        return fault is null ? reader._root : null;
    }

    private static MarkupFault? Refuse(ReadOnlySpan<byte> bytes, MarkupLimits limits)
    {
        if (bytes.Length > limits.MaxBytes)
            return new MarkupFault(1, 1, $"more than {limits.MaxBytes} bytes");
        if (bytes is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, (byte)'<', ..] or [(byte)'<', 0, ..])
            return new MarkupFault(1, 1, "the text is in UTF-16; only UTF-8 is read");
        return Utf8.IsValid(bytes) ? null : new MarkupFault(1, 1, "the text is not in UTF-8");
    }

    private void ReadAll()
    {
        if (Follows("<?xml") && _text.Length > 5 && IsSpace(_text[5]))
            TakeDeclaration();
        while (_fault is null && _at < _text.Length)
        {
            if (_text[_at] == '<')
                TakeMarkup();
            else
                TakeText();
        }

        if (_fault is not null)
            return;
        if (_open.TryPeek(out MarkupElement? open))
            Complain($"the text ends inside <{Shown(open.WrittenName)}> of line {open.Line}");
        else if (_root is null)
            Complain("there is no element in it");
    }

    private void TakeMarkup()
    {
        if (Follows("<?"))
            TakeInstruction();
        else if (Follows("<!--"))
            TakeComment();
        else if (Follows("<![CDATA["))
            TakeCharacterData();
        else if (Follows("<!DOCTYPE"))
            Complain("a document type (<!DOCTYPE) is not taken");
        else if (Follows("<!"))
            Complain("<! begins nothing that is known");
        else if (Follows("</"))
            TakeEnd();
        else
            TakeStart();
    }

    // <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
    private void TakeDeclaration()
    {
        _at += 5;
        int next = 0;
        while (_fault is null)
        {
            bool hasSpace = SkipSpace();
            if (Follows("?>"))
            {
                _at += 2;
                if (next == 0)
                    Complain("the XML declaration has no version");
                return;
            }

            int begin = _at;
            MarkupAttribute? part = TakeAttribute(hasSpace);
            if (part is null)
                return;
            int which = Array.IndexOf(s_declared, part.Name);
            if (which < next || (next == 0 && which > 0))
                ComplainAt(begin, $"{Shown(part.Name)} has no place there in the XML declaration");
            next = which + 1;
            JudgeDeclared(begin, part);
        }
    }

    private void JudgeDeclared(int at, MarkupAttribute part)
    {
        if (part.Name == "version" && part.Value != "1.0")
            ComplainAt(at, $"XML of version {Shown(part.Value)}; only 1.0 is read");
        bool isUtf8 = part.Value.Equals("UTF-8", StringComparison.OrdinalIgnoreCase);
        // Bytes that are all ASCII mean the same in every encoding that a server may have named.
        if (part.Name == "encoding" && !isUtf8 && !Ascii.IsValid(_text))
            ComplainAt(at, $"the text is in {Shown(part.Value)}; only UTF-8 is read");
        if (part.Name == "standalone" && part.Value is not ("yes" or "no"))
            ComplainAt(at, "standalone is yes or no");
    }

    private void TakeInstruction()
    {
        int begin = _at;
        _at += 2;
        string? target = TakeName();
        if (target is null)
            return;
        if (target.Equals("xml", StringComparison.OrdinalIgnoreCase))
        {
            ComplainAt(begin, "an XML declaration that is not at the very begin");
            return;
        }

        if (!Follows("?>") && !(_at < _text.Length && IsSpace(_text[_at])))
            Complain("white space is missing in <?");
        else
            SkipPast("?>", begin, "<?");
    }

    private void TakeComment()
    {
        int begin = _at;
        _at += 4;
        SkipPast("--", begin, "<!--");
        if (_fault is not null)
            return;
        if (!Follows(">"))
            Complain("-- inside of a comment");
        _at++;
    }

    private void TakeCharacterData()
    {
        if (_open.Count == 0)
        {
            Complain("text outside of the root element");
            return;
        }

        int begin = _at;
        _at += 9;
        SkipPast("]]>", begin, "<![CDATA[");
    }

    private void TakeText()
    {
        int end = _text.IndexOf('<', _at);
        end = end < 0 ? _text.Length : end;
        while (_fault is null && _at < end)
        {
            char one = _text[_at];
            if (_open.Count == 0 && !IsSpace(one))
                Complain("text outside of the root element");
            else if (one == '&')
                TakeReference();
            else if (!IsCharacter(one))
                ComplainOfCharacter(one);
            else if (one == ']' && Follows("]]>"))
                Complain("]]> in a text");
            else
                _at++;
        }
    }

    private void TakeStart()
    {
        int begin = _at;
        _at++;
        string? name = TakeName();
        if (name is null)
            return;
        List<MarkupAttribute> attributes = [];
        while (_fault is null)
        {
            bool hasSpace = SkipSpace();
            if (_at >= _text.Length)
                Complain($"the text ends inside the tag <{Shown(name)}");
            else if (Follows(">") || Follows("/>"))
            {
                Open(begin, name, attributes);
                return;
            }
            else if (TakeAttribute(hasSpace) is { } attribute)
                Keep(attributes, attribute);
        }
    }

    private void Keep(List<MarkupAttribute> attributes, MarkupAttribute attribute)
    {
        if (attributes.Exists(other => other.Name == attribute.Name))
            Complain($"the attribute {Shown(attribute.Name)} is there twice");
        else if (attributes.Count == _limits.MaxAttributes)
            Complain($"more than {_limits.MaxAttributes} attributes");
        else
            attributes.Add(attribute);
    }

    private void Open(int begin, string name, List<MarkupAttribute> attributes)
    {
        bool isEmpty = _text[_at] == '/';
        _at += isEmpty ? 2 : 1;
        if (++_elements > _limits.MaxElements)
            ComplainAt(begin, $"more than {_limits.MaxElements} elements");
        else if (_open.Count == _limits.MaxDepth)
            ComplainAt(begin, $"elements more than {_limits.MaxDepth} deep");
        else if (_open.Count == 0 && _root is not null)
            ComplainAt(begin, $"a second root element, <{Shown(name)}>");
        if (_fault is not null)
            return;
        MarkupElement element = new(name, attributes, Where(begin).Line);
        if (_open.TryPeek(out MarkupElement? parent))
            parent.Add(element);
        else
            _root = element;
        if (!isEmpty)
            _open.Push(element);
    }

    private void TakeEnd()
    {
        int begin = _at;
        _at += 2;
        string? name = TakeName();
        if (name is null)
            return;
        SkipSpace();
        if (_at >= _text.Length)
            Complain($"the text ends inside the tag </{Shown(name)}");
        else if (!Follows(">"))
            Complain($"the tag </{Shown(name)} has no >");
        else if (!_open.TryPop(out MarkupElement? element))
            ComplainAt(begin, $"</{Shown(name)}> ends nothing");
        else if (element.WrittenName != name)
            ComplainAt(begin, $"</{Shown(name)}> where <{Shown(element.WrittenName)}> of line {element.Line} is open");
        _at++;
    }

    private MarkupAttribute? TakeAttribute(bool hasSpace)
    {
        if (!hasSpace)
        {
            Complain("white space is missing in a tag");
            return null;
        }

        string? name = TakeName();
        if (name is null)
            return null;
        SkipSpace();
        if (!Follows("="))
        {
            Complain($"the attribute {Shown(name)} has no = and no value");
            return null;
        }

        _at++;
        SkipSpace();
        if (!Follows("\"") && !Follows("'"))
        {
            Complain($"the value of {Shown(name)} is not in quotes");
            return null;
        }

        string? value = TakeValue();
        return value is null ? null : new MarkupAttribute(name, value);
    }

    private string? TakeValue()
    {
        int begin = _at;
        int end = _text.IndexOf(_text[_at], _at + 1);
        if (end < 0)
        {
            ComplainAt(begin, "a value whose quotes do not end");
            return null;
        }

        ReadOnlySpan<char> raw = _text.AsSpan(begin + 1, end - begin - 1);
        if (raw.IndexOfAny(s_special) < 0)
        {
            _at = end + 1;
            return raw.ToString();
        }

        _value.Clear();
        for (_at = begin + 1; _fault is null && _at < end;)
            TakeValuePart();
        _at = end + 1;
        return _fault is null ? _value.ToString() : null;
    }

    private void TakeValuePart()
    {
        char one = _text[_at];
        if (one == '<')
            Complain("< in a value; write &lt;, or is a quote missing?");
        else if (one == '&')
            _value.Append(TakeReference());
        else if (!IsCharacter(one))
            ComplainOfCharacter(one);
        else
        {
            // XML 2.11 and 3.3.3: a line's end is one line feed, and white space in a value is a blank.
            _at += Follows("\r\n") ? 2 : 1;
            _value.Append(IsSpace(one) ? ' ' : one);
        }
    }

    private string TakeReference()
    {
        int begin = _at;
        int length = _text.AsSpan(_at, Math.Min(_text.Length - _at, 12)).IndexOf(';');
        string name = length < 0 ? "" : _text[(_at + 1)..(_at + length)];
        string? meant = name switch
        {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            ['#', 'x', .. string digits] => Character(digits, NumberStyles.AllowHexSpecifier),
            ['#', .. string digits] => Character(digits, NumberStyles.None),
            _ => null,
        };
        if (meant is null)
            ComplainAt(begin, "& begins no reference that is known; write &amp;");
        _at += length + 1;
        return meant ?? "";
    }

    private static string? Character(string digits, NumberStyles style)
    {
        bool isNumber = int.TryParse(digits, style, CultureInfo.InvariantCulture, out int number);
        bool isCharacter = isNumber && Rune.IsValid(number) && (number > 0xFFFF || IsCharacter((char)number));
        return isCharacter ? new Rune(number).ToString() : null;
    }

    private string? TakeName()
    {
        int end = _at;
        while (end < _text.Length && IsNamePart(_text[end], isFirst: end == _at))
            end++;
        if (end == _at)
        {
            Complain(_at < _text.Length ? $"no name begins with {Quoted(_text[_at])}" : "the text ends in a tag");
            return null;
        }

        string name = _text[_at..end];
        _at = end;
        return name;
    }

    private static bool IsNamePart(char one, bool isFirst) =>
        char.IsAsciiLetter(one) || one is '_' or ':'
        || (one >= '\u00C0' && one is not ('\u00D7' or '\u00F7' or '\uFFFE' or '\uFFFF'))
        || (!isFirst && (char.IsAsciiDigit(one) || one is '-' or '.' or '\u00B7'));

    // Goes behind the next end mark; what is before it must be characters.
    private void SkipPast(string mark, int begin, string what)
    {
        int end = _text.IndexOf(mark, _at, StringComparison.Ordinal);
        if (end < 0)
        {
            ComplainAt(begin, $"{what} does not end");
            return;
        }

        for (; _at < end; _at++)
        {
            if (!IsCharacter(_text[_at]))
            {
                ComplainOfCharacter(_text[_at]);
                return;
            }
        }

        _at = end + mark.Length;
    }

    private bool SkipSpace()
    {
        int begin = _at;
        while (_at < _text.Length && IsSpace(_text[_at]))
            _at++;
        return _at > begin;
    }

    private bool Follows(string mark) => string.CompareOrdinal(_text, _at, mark, 0, mark.Length) == 0;

    private static bool IsSpace(char one) => one is ' ' or '\t' or '\r' or '\n';

    // Halves of pairs are whole pairs here: the bytes were UTF-8.
    private static bool IsCharacter(char one) => one >= ' ' ? one < '\uFFFE' : IsSpace(one);

    private void ComplainOfCharacter(char one) => Complain($"a character that XML does not have, {Quoted(one)}");

    private void Complain(string message) => ComplainAt(_at, message);

    private void ComplainAt(int at, string message)
    {
        if (_fault is not null)
            return;
        (int line, int column) = Where(at);
        _fault = new MarkupFault(line, column, message);
    }

    private (int Line, int Column) Where(int at)
    {
        ReadOnlySpan<char> before = _text.AsSpan(0, Math.Min(at, _text.Length));
        return (1 + before.Count('\n'), before.Length - before.LastIndexOf('\n'));
    }

    private static string Quoted(char one) =>
        one is > ' ' and < '\x7F' ? $"'{one}'" : string.Create(CultureInfo.InvariantCulture, $"U+{(int)one:X4}");

    private static string Shown(string name) => ForeignWords.Shown(name, 40);
}
