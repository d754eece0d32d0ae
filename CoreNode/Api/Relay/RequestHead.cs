using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api.Relay;

/// <summary>
/// The head of a forwarded request: method and target as the client sent them, and of its headers those that mean
/// something to a member. Everything that is about the client's own connection stays behind.
/// </summary>
internal static class RequestHead
{
    /// <summary>
    /// What a worker says of itself to a member. A member takes no identity from a connection that carries it: neither
    /// the worker's certificate nor its place is the user.
    /// </summary>
    public const string Via = "1.1 corenode";

    private const int FixedBytes = 256;

    /// <summary>Bytes that the head takes at most.</summary>
    public static int MostBytes(RequestContext context, Upstream upstream)
    {
        int target = context.OriginalTarget?.Length ?? context.RawTarget.Length;
        return FixedBytes + context.Method.Length + target + upstream.HostHeader.Length
            + LengthOf(context.RequestHeaders.Authorization) + LengthOf(context.RequestHeaders.ContentType);
    }

    /// <summary>Writes the head; returns its length.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="upstream">Who gets it.</param>
    /// <param name="bodyLength">Bytes of the body; null: it comes in chunks.</param>
    /// <param name="room">At least <see cref="MostBytes"/>.</param>
    public static int Write(RequestContext context, Upstream upstream, long? bodyLength, Span<byte> room)
    {
        int at = Encoding.ASCII.GetBytes(context.Method, room);
        room[at++] = (byte)' ';
        if (context.OriginalTarget is { } original)
        {
            original.CopyTo(room[at..]);
            at += original.Length;
        }
        else
        {
            at += Encoding.ASCII.GetBytes(context.RawTarget, room[at..]);
        }

        Append(room, ref at, " HTTP/1.1\r\n"u8);
        Append(room, ref at, upstream.HostHeader);
        Append(room, ref at, "Via: 1.1 corenode\r\n"u8);
        Append(room, ref at, "Authorization: "u8, context.RequestHeaders.Authorization);
        Append(room, ref at, "Content-Type: "u8, context.RequestHeaders.ContentType);
        if (bodyLength is null)
        {
            Append(room, ref at, "Transfer-Encoding: chunked\r\n"u8);
        }
        else if (bodyLength > 0 || context.Method is not ("GET" or "HEAD"))
        {
            Append(room, ref at, "Content-Length: "u8);
            bodyLength.Value.TryFormat(room[at..], out int digits, default, CultureInfo.InvariantCulture);
            at += digits;
            Append(room, ref at, "\r\n"u8);
        }

        Append(room, ref at, "\r\n"u8);
        return at;
    }

    /// <summary>The head of a probe.</summary>
    public static byte[] Probe(string path, Upstream upstream) =>
        [.. Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\n"), .. upstream.HostHeader,
            .. "Via: 1.1 corenode\r\n\r\n"u8];

    /// <summary>True for a request that a worker sent.</summary>
    public static bool IsFromWorker(RequestContext context)
    {
        StringValues via = context.RequestHeaders.Via;
        return via.Count > 0 && via.ToString().Contains("corenode", StringComparison.Ordinal);
    }

    // Kestrel reads header values as UTF-8; each character takes three bytes of it at most.
    private static int LengthOf(StringValues values)
    {
        int length = 0;
        foreach (string? value in values)
            length += 20 + (3 * (value?.Length ?? 0));
        return length;
    }

    private static void Append(Span<byte> room, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(room[at..]);
        at += bytes.Length;
    }

    private static void Append(Span<byte> room, ref int at, ReadOnlySpan<byte> name, StringValues values)
    {
        foreach (string? value in values)
        {
            Append(room, ref at, name);
            at += Encoding.UTF8.GetBytes(value ?? "", room[at..]);
            Append(room, ref at, "\r\n"u8);
        }
    }
}
