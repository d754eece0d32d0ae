using System.Text.RegularExpressions;

namespace CoreNode.Tests.Architecture;

/// <summary>
/// Finds types and members by their braces. Formatting is enforced elsewhere, so what stands between two declarations
/// of a type is a heading; the bodies of members are skipped as a whole.
/// </summary>
internal sealed partial class CSharpOutline
{
    private readonly string _code;
    private readonly List<CSharpDeclaration> _found = [];
    private int _at;

    private CSharpOutline(string code) => _code = code;

    /// <summary>All declarations of a file in the order in which they end.</summary>
    public static IReadOnlyList<CSharpDeclaration> Of(string text)
    {
        CSharpOutline outline = new(Preprocessor().Replace(CSharpText.Of(text).Code, BlankOut));
        outline.ReadDeclarations(depth: 0, isPublic: true);
        return outline._found;
    }

    private void ReadDeclarations(int depth, bool isPublic)
    {
        int start = _at;
        while (_at < _code.Length && _code[_at] != '}')
        {
            switch (_code[_at])
            {
                case '(' or '[':
                    SkipGroup();
                    break;
                case ';':
                    AddIfType(start, depth, isPublic);
                    start = ++_at;
                    break;
                case '{':
                    ReadBlock(start, depth, isPublic);
                    start = _at;
                    break;
                case '=' when !IsOperator(start):
                    ReadAfterEquals(start, depth);
                    start = _at;
                    break;
                default:
                    _at++;
                    break;
            }
        }
    }

    private void ReadBlock(int start, int depth, bool isPublic)
    {
        string heading = Heading(start);
        Match type = TypeHeading().Match(heading);
        if (type.Success && type.Groups["kind"].Value != "enum")
        {
            bool isVisible = isPublic && SaysPublic(heading);
            _at++;
            ReadDeclarations(depth + 1, isVisible);
            _at = Math.Min(_at + 1, _code.Length);
            Add(type.Groups["name"].Value, start, depth, true, isVisible);
            return;
        }

        SkipGroup();
        if (type.Success)
            Add(type.Groups["name"].Value, start, depth, true, isPublic && SaysPublic(heading));
        else if (!heading.StartsWith("namespace", StringComparison.Ordinal))
            Add(heading, start, depth, false, false);
        SkipInitializer();
    }

    // A field's initializer is data, however long; an expression body is code.
    private void ReadAfterEquals(int start, int depth)
    {
        bool isBody = _at + 1 < _code.Length && _code[_at + 1] == '>';
        string heading = Heading(start);
        SkipToSemicolon();
        if (isBody)
            Add(heading, start, depth, false, false);
    }

    private void SkipInitializer()
    {
        int next = _at;
        while (next < _code.Length && char.IsWhiteSpace(_code[next]))
            next++;
        if (next >= _code.Length || _code[next] != '=')
            return;
        _at = next;
        SkipToSemicolon();
    }

    private void SkipToSemicolon()
    {
        while (_at < _code.Length && _code[_at] != ';')
        {
            if (_code[_at] is '(' or '[' or '{')
                SkipGroup();
            else
                _at++;
        }

        _at = Math.Min(_at + 1, _code.Length);
    }

    private void SkipGroup()
    {
        int depth = 0;
        do
        {
            depth += _code[_at++] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
        }
        while (depth > 0 && _at < _code.Length);
    }

    private void AddIfType(int start, int depth, bool isPublic)
    {
        string heading = Heading(start);
        Match type = TypeHeading().Match(heading);
        if (type.Success)
            Add(type.Groups["name"].Value, start, depth, true, isPublic && SaysPublic(heading));
    }

    private void Add(string name, int start, int depth, bool isType, bool isPublic)
    {
        while (start < _code.Length && char.IsWhiteSpace(_code[start]))
            start++;
        _found.Add(new CSharpDeclaration(name, LineOf(start), LineOf(_at - 1), depth, isType, isPublic));
    }

    private bool IsOperator(int start) =>
        Heading(start) is var heading && heading.Contains("operator", StringComparison.Ordinal)
        && !heading.Contains('(', StringComparison.Ordinal);

    private string Heading(int start) => Spaces().Replace(_code[start.._at], " ").Trim();

    private int LineOf(int at) => 1 + _code.AsSpan(0, at).Count('\n');

    private static bool SaysPublic(string heading) => heading.Contains("public", StringComparison.Ordinal);

    private static string BlankOut(Match match) => new(' ', match.Length);

    [GeneratedRegex(@"^[ \t]*#.*$", RegexOptions.Multiline)]
    private static partial Regex Preprocessor();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(
        @"^(\[.*\] )?"
        + @"((public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref|unsafe|new) )*"
        + @"(?<kind>class|interface|enum|struct|record struct|record class|record) (?<name>\w+)")]
    private static partial Regex TypeHeading();
}
