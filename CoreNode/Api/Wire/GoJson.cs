using System.Globalization;
using System.Text;

namespace CoreNode.Api.Wire;

/// <summary>
/// Reads a JSON body as Go's encoding/json does and complains in its words, because etcd answers those words to its
/// clients. For the small bodies of the members and auth surfaces; never on a hot path.
/// </summary>
public ref struct GoJson
{
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _json;
    private int _at;
    private int _depth;

    private GoJson(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>Reads one value; null with an error if it is none.</summary>
    /// <param name="json">The body.</param>
    /// <param name="isStream">True to stop after the first value, as Go's Decoder does.</param>
    /// <param name="error">Go's complaint.</param>
    public static GoJsonValue? Parse(ReadOnlySpan<byte> json, bool isStream, out string error)
    {
        error = "";
        GoJson reader = new(json);
        try
        {
            GoJsonValue value = reader.Value();
            reader.SkipSpace();
            if (!isStream && reader._at < json.Length)
                throw reader.Unexpected("after top-level value");
            return value;
        }
        catch (FormatException problem)
        {
            error = problem.Message;
            return null;
        }
    }

    private GoJsonValue Value()
    {
        SkipSpace();
        switch (Peek())
        {
            case (byte)'{':
                return Object();
            case (byte)'[':
                return Array();
            case (byte)'"':
                return new GoJsonValue { Kind = GoJsonKind.Text, Text = String() };
            case (byte)'t':
                return Literal("true", GoJsonKind.Bool);
            case (byte)'f':
                return Literal("false", GoJsonKind.Bool);
            case (byte)'n':
                return Literal("null", GoJsonKind.Null);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return Number();
            default:
                throw Unexpected("looking for beginning of value");
        }
    }

    private GoJsonValue Object()
    {
        Enter();
        List<KeyValuePair<string, GoJsonValue>> members = [];
        SkipSpace();
        bool isFirst = true;
        while (!isFirst || Peek() != '}')
        {
            isFirst = false;
            SkipSpace();
            if (Peek() != '"')
                throw Unexpected("looking for beginning of object key string");
            string key = String();
            SkipSpace();
            if (Peek() != ':')
                throw Unexpected("after object key");
            _at++;
            members.Add(new(key, Value()));
            SkipSpace();
            if (Peek() == '}')
                break;
            if (Peek() != ',')
                throw Unexpected("after object key:value pair");
            _at++;
        }

        Leave();
        return new GoJsonValue { Kind = GoJsonKind.Map, Members = members };
    }

    private GoJsonValue Array()
    {
        Enter();
        List<GoJsonValue> items = [];
        SkipSpace();
        bool isFirst = true;
        while (!isFirst || Peek() != ']')
        {
            isFirst = false;
            items.Add(Value());
            SkipSpace();
            if (Peek() == ']')
                break;
            if (Peek() != ',')
                throw Unexpected("after array element");
            _at++;
        }

        Leave();
        return new GoJsonValue { Kind = GoJsonKind.Array, Items = items };
    }

    private string String()
    {
        List<byte> text = [];
        for (_at++; Peek() != '"'; _at++)
        {
            byte b = Peek();
            if (b < 0x20)
                throw Unexpected("in string literal");
            if (b == '\\')
                Escape(text);
            else
                text.Add(b);
        }

        _at++;
        return Encoding.UTF8.GetString([.. text]);
    }

    // Ends on the last byte of the escape.
    private void Escape(List<byte> text)
    {
        _at++;
        int known = "bfnrt\\/\"".IndexOf((char)Peek());
        if (known >= 0)
        {
            text.Add((byte)"\b\f\n\r\t\\/\""[known]);
            return;
        }

        if (Peek() != 'u')
            throw Unexpected("in string escape code");
        int rune = HexDigits();
        if (char.IsHighSurrogate((char)rune) && _json[(_at + 1)..].StartsWith("\\u"u8))
        {
            int back = _at;
            _at += 2;
            int low = HexDigits();
            if (char.IsLowSurrogate((char)low))
                rune = char.ConvertToUtf32((char)rune, (char)low);
            else
                _at = back;
        }

        Rune.TryCreate(rune, out Rune valid);
        text.AddRange(Encoding.UTF8.GetBytes((valid.Value == rune ? valid : Rune.ReplacementChar).ToString()));
    }

    private int HexDigits()
    {
        int value = 0;
        for (int i = 0; i < 4; i++)
        {
            _at++;
            if (!char.IsAsciiHexDigit((char)Peek()))
                throw Unexpected("in \\u hexadecimal character escape");
            value = value * 16 + int.Parse(
                [(char)Peek()], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        return value;
    }

    private GoJsonValue Number()
    {
        if (Peek() == '-')
            _at++;
        if (Peek() == '0')
            _at++;
        else
            Digits("in numeric literal");
        if (Rest() == '.')
        {
            _at++;
            Digits("after decimal point in numeric literal");
        }

        if (Rest() is (byte)'e' or (byte)'E')
        {
            _at++;
            if (Rest() is (byte)'+' or (byte)'-')
                _at++;
            Digits("in exponent of numeric literal");
        }

        return new GoJsonValue { Kind = GoJsonKind.Number };
    }

    private void Digits(string where)
    {
        if (!char.IsAsciiDigit((char)Peek()))
            throw Unexpected(where);
        while (char.IsAsciiDigit((char)Rest()))
            _at++;
    }

    private GoJsonValue Literal(string word, GoJsonKind kind)
    {
        foreach (char expected in word)
        {
            if (Peek() != expected)
                throw Unexpected($"in literal {word} (expecting '{expected}')");
            _at++;
        }

        return new GoJsonValue { Kind = kind, IsTrue = word == "true" };
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
            throw new FormatException("exceeded max depth");
        _at++;
    }

    private void Leave()
    {
        _depth--;
        _at++;
    }

    private void SkipSpace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
    }

    private readonly byte Rest() => _at < _json.Length ? _json[_at] : (byte)0;

    private readonly byte Peek() =>
        _at < _json.Length ? _json[_at] : throw new FormatException("unexpected end of JSON input");

    private readonly FormatException Unexpected(string where)
    {
        byte b = Peek();
        string shown = b switch
        {
            (byte)'\'' => @"'\''",
            (byte)'"' => "'\"'",
            _ => $"'{GoText.Quote(Encoding.UTF8.GetBytes(((char)b).ToString()))[1..^1]}'",
        };
        return new FormatException($"invalid character {shown} {where}");
    }
}
