using System.Globalization;
using System.Security.Cryptography;
using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Server.Orders;

/// <summary>Names, identities and texts that administrators give, within bounds.</summary>
internal static class Words
{
    private const int MostName = 100;
    private const int MostId = 64;
    private const int MostText = 2000;
    private const int IdBytes = 16;

    /// <summary>What somebody wrote, for a message.</summary>
    public static string Shown(string text) => $"\"{ForeignWords.Shown(text, 80)}\"";

    /// <summary>One line without control characters, for the audit log.</summary>
    public static string Line(string text) => ForeignWords.Shown(text, MostText);

    /// <summary>A name for people and command lines.</summary>
    /// <exception cref="CatalogueException">It is none.</exception>
    public static string Name(string what, string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw OrderDesk.Invalid($"{what} needs a name");
        if (name.Length > MostName || name != name.Trim() || HasOdd(name))
        {
            throw OrderDesk.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"the name {Shown(name)} of {what}: at most {MostName} characters, no slash, no control characters, no "
                + $"space at its ends"));
        }

        return name;
    }

    /// <summary>A name that may be left out.</summary>
    public static string NameOrNone(string what, string name) => name.Length == 0 ? "" : Name(what, name);

    /// <summary>An identity: as it was given, without braces and in small letters, or a random one.</summary>
    /// <exception cref="CatalogueException">It is none.</exception>
    public static string Id(string what, string? id)
    {
        if (string.IsNullOrEmpty(id))
            return RandomId();
        string bare = AppId.Bare(id);
        if (bare.Length is 0 or > MostId || !IsOfIds(bare))
        {
            throw OrderDesk.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"the id {Shown(id)} of {what}: at most {MostId} letters, digits, and . _ - of ASCII"));
        }

        return bare;
    }

    /// <summary>A text for people.</summary>
    /// <exception cref="CatalogueException">It is too long.</exception>
    public static string Text(string what, string text) => text.Length <= MostText
        ? text
        : throw OrderDesk.Invalid(string.Create(
            CultureInfo.InvariantCulture, $"{what} has {text.Length} characters; {MostText} are taken"));

    /// <summary>A random GUID of version 4, as machines write them but without braces.</summary>
    private static string RandomId()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(IdBytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <summary>White space anywhere in it.</summary>
    public static bool HasSpace(string text)
    {
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c))
                return true;
        }

        return false;
    }

    private static bool HasOdd(string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || c is '/' or '\\')
                return true;
        }

        return false;
    }

    private static bool IsOfIds(string text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '_' or '-'))
                return false;
        }

        return true;
    }
}
