using System.Buffers;
using System.Text;

namespace CoreNode.Discovery;

/// <summary>
/// What a path of the token service names. Anything else is nothing: there is no listing of tokens, and no way to keys
/// that the service did not make.
/// </summary>
/// <param name="Token">32 hexadecimal digits.</param>
/// <param name="Rest">"" for the directory itself, else "/_config/size" or the slash and id of an entry.</param>
public readonly record struct TokenPath(string Token, string Rest)
{
    /// <summary>Where tokens are in the store; the same as discovery.etcd.io's, which clients show.</summary>
    public const string Registry = "/_etcd/registry";

    /// <summary>A token's size.</summary>
    public const string Size = "/_config/size";

    private const int TokenDigits = 32;
    private const int LongestId = 64;

    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>True for an entry, which is what clients may make and remove.</summary>
    public bool IsEntry => Rest.Length > 0 && Rest != Size;

    /// <summary>The token's key.</summary>
    public string Directory => $"{Registry}/{Token}";

    /// <summary>The key in the store.</summary>
    public string Key => Directory + Rest;

    /// <summary>Reads a decoded path; false for everything that the service does not serve.</summary>
    public static bool TryParse(ReadOnlySpan<byte> path, out TokenPath parsed)
    {
        parsed = default;
        if (path.Length <= TokenDigits || path[0] != '/' || !IsToken(path.Slice(1, TokenDigits)))
            return false;
        ReadOnlySpan<byte> rest = path[(1 + TokenDigits)..];
        if (rest.SequenceEqual("/"u8))
            rest = default;
        if (!rest.IsEmpty && !rest.SequenceEqual("/_config/size"u8) && !IsEntryPath(rest))
            return false;
        parsed = new TokenPath(
            Encoding.ASCII.GetString(path.Slice(1, TokenDigits)), Encoding.ASCII.GetString(rest));
        return true;
    }

    private static bool IsToken(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(s_digits) < 0;

    private static bool IsEntryPath(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2 || rest.Length > LongestId + 1 || rest[0] != '/')
            return false;
        foreach (byte value in rest[1..])
        {
            if (!char.IsAsciiLetterOrDigit((char)value) && value is not (byte)'-')
                return false;
        }

        return true;
    }
}
