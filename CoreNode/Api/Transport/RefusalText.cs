using System.Globalization;
using System.Text;
using CoreNode.Api.Limits;

namespace CoreNode.Api.Transport;

/// <summary>A whole answer for a connection that is not wanted, made without the HTTP stack.</summary>
internal static class RefusalText
{
    /// <summary>The bytes; the body is the line that says why.</summary>
    public static byte[] Of(LimitRule rule, string message)
    {
        string reason = rule.Status == 429 ? "Too Many Requests" : "Service Unavailable";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {rule.Status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 1\r\n"
            + $"Connection: close\r\nContent-Length: {message.Length + 1}\r\n\r\n{message}\n"));
    }
}
