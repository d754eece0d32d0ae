using System.Buffers.Binary;
using System.Globalization;

namespace CoreNode.Api.Fleet;

/// <summary>
/// Where a listing of fleet's API goes on: base64url of the page's size and number, two bytes each, little-endian
/// (fleet: A.10). Only one size is taken.
/// </summary>
internal sealed record PageToken(int Page)
{
    /// <summary>Entries of a page: fleetd's default token_limit.</summary>
    public const int Limit = 100;

    private const int Bytes = 4;
    private const string Parameter = "nextPageToken";

    /// <summary>The first page.</summary>
    public static readonly PageToken First = new(1);

    /// <summary>The page that a request asks for; null with fleet's complaint if it names none.</summary>
    public static PageToken? Of(FleetRequest request, out string error)
    {
        error = "";
        if (request.Count(Parameter) > 1)
            error = "too many values for page token";
        else if (request.Find(Parameter) is { } text)
            return Decode(text, out error);
        return error.Length == 0 ? First : null;
    }

    /// <summary>Reads a token; null with Go's or fleet's complaint.</summary>
    public static PageToken? Decode(string text, out string error)
    {
        error = "";
        if (!TryDecodeBase64(text, out byte[] bytes, out int badByte))
        {
            error = string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {badByte}");
            return null;
        }

        if (bytes.Length < Bytes)
        {
            error = bytes.Length == 0 ? "EOF" : "unexpected EOF";
            return null;
        }

        int page = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2));
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes) != Limit)
            error = string.Create(CultureInfo.InvariantCulture, $"token limit must be {Limit}");
        else if (page == 0)
            error = "token page must be greater than zero";
        return error.Length == 0 ? new PageToken(page) : null;
    }

    /// <summary>The token as it is sent.</summary>
    public string Encode()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Limit);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], checked((ushort)Page));
        return Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');
    }

    /// <summary>This page's part of a list of that length.</summary>
    public (int From, int To) Range(int count) =>
        (Math.Min((Page - 1) * Limit, count), Math.Min(Page * Limit, count));

    /// <summary>The token of the next page; null if this is the last one.</summary>
    public PageToken? Next(int count) =>
        Page * Limit < count && Page < ushort.MaxValue ? new PageToken(Page + 1) : null;

    // base64.URLEncoding of Go: with padding, line feeds passed over, the first bad byte named.
    private static bool TryDecodeBase64(string text, out byte[] bytes, out int badByte)
    {
        bytes = [];
        string clean = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        int end = clean.TrimEnd('=').Length;
        for (badByte = 0; badByte < end; badByte++)
        {
            if (!char.IsAsciiLetterOrDigit(clean[badByte]) && clean[badByte] is not ('-' or '_'))
                return false;
        }

        // What is left over is a byte short of its group, or has the wrong number of equals signs.
        badByte = clean.Length % 4 != 0 ? clean.Length - clean.Length % 4 : end;
        if (clean.Length % 4 != 0 || clean.Length - end > 2)
            return false;
        bytes = Convert.FromBase64String(clean.Replace('-', '+').Replace('_', '/'));
        return true;
    }
}
