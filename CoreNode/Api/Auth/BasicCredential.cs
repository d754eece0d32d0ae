using System.Buffers.Text;
using System.Text;

namespace CoreNode.Api.Auth;

/// <summary>User and password of an Authorization header (RFC 7617), as Go reads it.</summary>
/// <param name="User">Name.</param>
/// <param name="Password">Bytes, as the client sent them.</param>
internal readonly record struct BasicCredential(string User, byte[] Password)
{
    /// <summary>Longest header that is looked at; a longer one proves nothing.</summary>
    public const int MaxHeaderLength = 8192;

    private const string Scheme = "Basic ";

    /// <summary>False if the header is anything else.</summary>
    public static bool TryParse(string header, out BasicCredential credential)
    {
        credential = default;
        if (header.Length > MaxHeaderLength || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        ReadOnlySpan<char> text = header.AsSpan(Scheme.Length);
        // Go takes no white space inside, and none of it is left out here before.
        if (text.Length % 4 != 0 || text.ContainsAny(' ', '\t') || !Base64.IsValid(text))
            return false;
        byte[] bytes = Convert.FromBase64String(text.ToString());
        int colon = Array.IndexOf(bytes, (byte)':');
        if (colon < 0)
            return false;
        credential = new BasicCredential(Encoding.UTF8.GetString(bytes, 0, colon), bytes[(colon + 1)..]);
        return true;
    }
}
