using System.Text;
using System.Text.Unicode;
using CoreNode.Documents;
using CoreNode.Foundation;
using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>Collects the parts of one user data, and what is wrong with them.</summary>
internal sealed class PartCollector(MachineAddresses addresses)
{
    private const int PackedTwice = 2;
    private const int DeepestNesting = 3;

    private readonly List<UserDataPart> _parts = [];
    private readonly List<Finding> _findings = [];
    private int _room = UserDataReader.LimitBytes;
    private int _numberOfParts;

    public IReadOnlyList<UserDataPart> Parts => _parts;

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Adds what is in these bytes.</summary>
    public void Add(ReadOnlyMemory<byte> content, string source, string name, string type, int depth)
    {
        if (!Unpack(ref content, source))
            return;
        if (content.Span.StartsWith<byte>([0xEF, 0xBB, 0xBF]))
            content = content[3..];
        if (content.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return;
        if (content.Span.StartsWith<byte>([0xFF, 0xFE]) || content.Span.StartsWith<byte>([0xFE, 0xFF]))
        {
            Refuse(source, "the text is UTF-16", "save it as UTF-8");
            return;
        }

        switch (KindGuess.Of(type, content.Span))
        {
            case { IsMultipart: true }:
                AddMultipart(content, source, depth);
                break;
            case { Kind: UserDataKind.Ignition }:
                // Nothing is put into it: Ignition knows no such names, and contents have hashes.
                _parts.Add(new UserDataPart(UserDataKind.Ignition, source, name, content));
                break;
            case { Kind: UserDataKind.CloudConfig }:
                AddCloudConfig(content, source, name);
                break;
            case { Kind: UserDataKind.Script }:
                AddScript(content, source, name);
                break;
            case { } unknown:
                Refuse(source, unknown.Reason, unknown.Suggestion);
                break;
        }
    }

    private bool Unpack(ref ReadOnlyMemory<byte> content, string source)
    {
        for (int times = 0; Gzip.IsGzip(content.Span); times++)
        {
            if (times == PackedTwice)
            {
                Refuse(source, "it is packed by gzip more than twice", "pack it once");
                return false;
            }

            if (Gzip.Expand(content.Span, _room, out string problem) is not { } unpacked)
            {
                Refuse(
                    source, $"it begins as gzip, but {problem}",
                    $"at most {UserDataReader.LimitBytes} bytes are unpacked of all parts");
                return false;
            }

            content = unpacked;
            _room -= unpacked.Length;
        }

        if (content.Length <= UserDataReader.LimitBytes)
            return true;
        Refuse(
            source, $"it has {content.Length} bytes, more than {UserDataReader.LimitBytes}",
            "fetch large files by a unit");
        return false;
    }

    private void AddCloudConfig(ReadOnlyMemory<byte> content, string source, string name)
    {
        if (!Utf8.IsValid(content.Span))
        {
            _findings.Add(new Finding(
                Severity.Error, source, InvalidPlace(content.Span), "", "from here on it is not UTF-8",
                "save it as UTF-8; bytes belong in base64"));
            return;
        }

        TextShifts shifts = new();
        string text = Substitute(Encoding.UTF8.GetString(content.Span), source, shifts);
        _parts.Add(new UserDataPart(UserDataKind.CloudConfig, source, name, Encoding.UTF8.GetBytes(text))
        {
            Shifts = shifts,
        });
    }

    private void AddScript(ReadOnlyMemory<byte> content, string source, string name)
    {
        // Each byte a character, so that what follows a script's text (an archive) stays as it is.
        string text = Substitute(Encoding.Latin1.GetString(content.Span), source, new TextShifts());
        string first = text.Split('\n', 2)[0];
        if (!first.StartsWith("#!", StringComparison.Ordinal) || first[2..].Trim().Length == 0)
        {
            Refuse(source, "a script's first line must name its interpreter", "\"#!/bin/sh\" or \"#!/bin/bash\"");
            return;
        }

        if (first.EndsWith('\r'))
        {
            text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
            _findings.Add(new Finding(
                Severity.Note, source, new TextPlace(1, 1), "",
                "the script's lines end with CR LF, by which no interpreter is found: read as LF",
                "save it with LF at the ends of lines"));
        }

        _parts.Add(new UserDataPart(UserDataKind.Script, source, name, Encoding.Latin1.GetBytes(text)));
    }

    private void AddMultipart(ReadOnlyMemory<byte> content, string source, int depth)
    {
        MimeEntity? whole = MimeEntity.Read(Encoding.Latin1.GetString(content.Span));
        string boundary = whole?.Parameter("Content-Type", "boundary") ?? "";
        if (whole is null || !whole.Type.StartsWith("multipart/", StringComparison.Ordinal) || boundary.Length == 0)
        {
            AddSingle(whole, source, depth);
            return;
        }

        if (depth == DeepestNesting)
        {
            Refuse(source, $"more than {DeepestNesting} MIME multiparts in each other", "put their parts into one");
            return;
        }

        if (whole.Parts(boundary) is not { } parts)
        {
            Refuse(
                source, "the MIME multipart has no end: it is cut off, or its boundary is another one",
                "the last line is \"--\", the boundary, and \"--\"");
            return;
        }

        int number = 0;
        foreach (string text in parts)
        {
            number++;
            if (++_numberOfParts > UserDataReader.PartLimit)
            {
                Refuse(source, $"more than {UserDataReader.PartLimit} parts", "put some of them together");
                return;
            }

            AddEntity(MimeEntity.Read(text), source, number, depth + 1);
        }
    }

    // A message of one part: its header says what it is.
    private void AddSingle(MimeEntity? whole, string source, int depth)
    {
        if (whole is null || whole.Type.Length == 0 || whole.Type.StartsWith("multipart/", StringComparison.Ordinal))
        {
            Refuse(
                source, "the header of the MIME message is not complete",
                "\"Content-Type: multipart/mixed; boundary=\\\"B\\\"\" and \"MIME-Version: 1.0\", then an empty line");
            return;
        }

        AddEntity(whole, source, 0, depth + 1);
    }

    private void AddEntity(MimeEntity? entity, string source, int number, int depth)
    {
        string file = entity?.Parameter("Content-Disposition", "filename") ?? "";
        string name = SafeName(file);
        string shown = number == 0 ? source
            : name.Length == 0 ? $"part {number} of {source}" : $"part {number} ({name}) of {source}";
        if (depth > DeepestNesting + 1 || entity?.Decode() is not { } content)
        {
            Refuse(
                shown, "the part has a header that cannot be read, or is not encoded as it says",
                "Content-Transfer-Encoding is base64, quoted-printable, 7bit or 8bit");
            return;
        }

        if (entity.Type.StartsWith("multipart/", StringComparison.Ordinal))
        {
            string boundary = entity.Parameter("Content-Type", "boundary");
            string header = $"Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n";
            Add(Encoding.Latin1.GetBytes(header + entity.Body), shown, name, "", depth);
            return;
        }

        Add(content, shown, name, entity.Type, depth);
    }

    private string Substitute(string text, string source, TextShifts shifts)
    {
        List<MapEntry> unknown = [];
        string result = AddressText.Substitute(text, addresses, unknown, shifts);
        foreach (MapEntry one in unknown)
        {
            _findings.Add(new Finding(
                Severity.Warning, source, one.Place, "",
                $"{one.Key} is not known here and becomes nothing",
                $"the source has to tell it, or the variable COREOS_{one.Key[1..].ToUpperInvariant()}; "
                + $"\\{one.Key} keeps the name"));
        }

        return result;
    }

    private void Refuse(string source, string reason, string suggestion) =>
        _findings.Add(new Finding(Severity.Error, source, new TextPlace(1, 1), "", reason, suggestion));

    private static TextPlace InvalidPlace(ReadOnlySpan<byte> content)
    {
        int line = 1;
        int column = 1;
        while (Rune.DecodeFromUtf8(content, out Rune rune, out int length) == System.Buffers.OperationStatus.Done)
        {
            column = rune.Value == '\n' ? 1 : column + rune.Utf16SequenceLength;
            line += rune.Value == '\n' ? 1 : 0;
            content = content[length..];
        }

        return new TextPlace(line, column);
    }

    // What stands in messages and becomes a unit's name.
    private static string SafeName(string file)
    {
        StringBuilder name = new();
        foreach (char one in file[(file.LastIndexOf('/') + 1)..])
        {
            if (name.Length < 64 && (char.IsAsciiLetterOrDigit(one) || one is '.' or '-' or '_'))
                name.Append(one);
        }

        return name.ToString().TrimStart('.');
    }
}
