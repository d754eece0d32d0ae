using System.Buffers;
using System.Text;

namespace CoreNode.Api;

/// <summary>
/// What a request asks for, from the raw target: the decoded path and the still encoded query, as bytes, because keys
/// and values need not be UTF-8. The spans point into the thread's scratch memory.
/// </summary>
internal readonly ref struct RequestTarget
{
    // Control characters are refused, a percent sign wants decoding: one search finds that there is neither.
    private static readonly SearchValues<byte> s_special = SearchValues.Create(SpecialBytes());

    private RequestTarget(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        Path = path;
        Query = query;
    }

    /// <summary>The decoded path; empty for a target that has none.</summary>
    public ReadOnlySpan<byte> Path { get; }

    /// <summary>What follows the question mark.</summary>
    public ReadOnlySpan<byte> Query { get; }

    /// <summary>Reads a target as Kestrel has it (ASCII); false if Go would refuse it with 400.</summary>
    public static bool TryParse(string raw, RequestScratch scratch, out RequestTarget target)
    {
        Span<byte> bytes = scratch.Target(raw.Length)[..raw.Length];
        target = default;
        return Ascii.FromUtf16(raw, bytes, out _) == OperationStatus.Done && TryParse(bytes, out target);
    }

    /// <summary>Reads a target as it was sent; false if Go would refuse it with 400.</summary>
    public static bool TryParse(byte[] raw, RequestScratch scratch, out RequestTarget target)
    {
        Span<byte> bytes = scratch.Target(raw.Length)[..raw.Length];
        raw.CopyTo(bytes);
        return TryParse(bytes, out target);
    }

    private static bool TryParse(Span<byte> raw, out RequestTarget target)
    {
        target = default;
        int special = raw.IndexOfAny(s_special);
        if (special >= 0 && (raw.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0 || raw.Contains((byte)0x7F)))
            return false;
        if (raw.Length == 0 || raw[0] != '/')
            raw = WithoutAuthority(raw);
        int mark = raw.IndexOf((byte)'?');
        Span<byte> path = mark < 0 ? raw : raw[..mark];
        Span<byte> query = mark < 0 ? default : raw[(mark + 1)..];
        if (special >= 0)
        {
            int length = GoPath.Unescape(path);
            if (length < 0)
                return false;
            path = path[..length];
        }

        target = new RequestTarget(path, query);
        return true;
    }

    // RFC 9112 §3.2.2: the absolute form, which proxies send.
    private static Span<byte> WithoutAuthority(Span<byte> raw)
    {
        int scheme = raw.IndexOf("://"u8);
        if (scheme < 0)
            return default;
        Span<byte> rest = raw[(scheme + 3)..];
        int end = rest.IndexOfAny((byte)'/', (byte)'?');
        return end < 0 ? default : rest[end..];
    }

    private static byte[] SpecialBytes()
    {
        List<byte> special = [(byte)'%', 0x7F];
        for (int b = 0; b < 0x20; b++)
            special.Add((byte)b);
        return [.. special];
    }
}
