using System.Globalization;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.Fuzzing;

/// <summary>
/// Draws requests to every HTTP surface, all from one seed: right ones, wrong ones that are proper HTTP all the same,
/// and bytes that are not. Nothing that it draws removes the member, turns auth on or fills the disk.
/// </summary>
internal sealed class FuzzGenerator(Prng random)
{
    private const int LongValueBytes = 200_000;

    private static readonly string[] s_methods =
        ["GET", "GET", "GET", "PUT", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "QUORUM"];

    private static readonly string[] s_names =
        ["a", "b", "c", "_hidden", "%00", "é", "%ff", "%2F", "a%20b", "..", ".", "", "%", "%zz", "very", "+"];

    private static readonly string[] s_others =
    [
        "/v2/members", "/v2/members/", "/v2/members/leader", "/v2/members/1234abcd", "/v2/members/1234abcd/promote",
        "/v2/members/zz", "/v2/auth/users", "/v2/auth/users/u", "/v2/auth/users/", "/v2/auth/roles",
        "/v2/auth/roles/r", "/v2/auth/roles/guest", "/v2/auth/enable", "/v2/auth", "/v2/stats/self",
        "/v2/stats/store", "/v2/stats/leader", "/v2/stats", "/v2/machines", "/corenode/v1/status",
        "/corenode/v1/snapshot?local=true", "/corenode/v1/x", "/corenode/v1/", "/health", "/metrics", "/version",
        "/debug/vars", "/", "/v2", "/v2/", "/v3/kv/range", "/_discovery", "*", "/v2/keysx", "//v2//keys//a",
        "/v2/keys/../members", "/fleet/v1/units", "/fleet/v1/units?nextPageToken=ZABMLg==", "/fleet/v1/units/a.service",
        "/fleet/v1/units/t%40.service", "/v1-alpha/units/%2e%2e", "/fleet/v1/state", "/fleet/v1/state/a.service",
        "/fleet/v1/state?unitName=a.service&machineID=x", "/fleet/v1/machines", "/fleet/v1/discovery", "/fleet/v1",
        "/fleet/v1/units/%ff%00", "/corenode/v1/units", "/corenode/v1/units?name=%5Ba", "/corenode/v1/units/a.service",
        "/corenode/v1/units?after=1&timeout=1ms", "/corenode/v1/units?after=99999999&timeout=1ms",
        "/corenode/v1/units/a.service/restart", "/corenode/v1/units/a.service/status?machine=x",
        "/corenode/v1/units/a.service/journal?lines=-1", "/corenode/v1/units/none.service/journal?follow=true",
        "/corenode/v1/machines", "/corenode/v1/machines/x/cordon", "/corenode/v1/machines/%2e%2e/cordon",
    ];

    private static readonly string[] s_parameters =
    [
        "recursive=true", "recursive=x", "sorted=true", "quorum=true", "quorum=false", "wait=x",
        "stream=true", "dir=true", "dir=false", "prevExist=true", "prevExist=false", "prevExist=", "prevValue=1",
        "prevValue=", "prevIndex=4", "prevIndex=x", "ttl=0", "ttl=100", "ttl=-1", "ttl=99999999999999999999", "ttl=",
        "refresh=true", "value=1", "value=%zz", "value=a;b", "noValueOnSuccess=true", "waitIndex=99999999", "%=1", "&&",
        "=", "value=%C3%A9", "local=true", "force=true", "id=1",
    ];

    private static readonly string[] s_headers =
    [
        "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: application/json\r\n",
        "Content-Type: text/plain; charset=\"x\r\n", "Content-Type: ;;;\r\n", "Accept-Encoding: gzip\r\n",
        "Origin: http://x\r\n", "X-Empty:\r\n", "X-Long: 0123456789012345678901234567890123456789\r\n",
        "Authorization: Basic dTpw\r\n", "Authorization: Basic !!\r\n", "Authorization: x\r\n", "Cookie: a=b\r\n",
        "Connection: keep-alive\r\n", "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n",
        "If-None-Match: *\r\n", "Range: bytes=0-1\r\n", "X-Twice: 1\r\nX-Twice: 2\r\n",
    ];

    private static readonly string[] s_bodies =
    [
        "value=1", "value=", "value=%zz&ttl=1", "dir=true", "value=a&prevExist=false", "{}", "{\"peerURLs\":[\"x\"]}",
        "{\"peerURLs\":[\"http://127.0.0.1\"]}", "{\"peerURLs\":5}", "{\"user\":\"u\",\"password\":\"p\"}",
        "{\"role\":\"r\",\"permissions\":{\"kv\":{\"read\":[\"/*\"],\"write\":[]}}}", "{\"user\":", "[[[[[[[[", "null",
        "{\"name\":\"a.service\",\"options\":[{\"section\":\"Service\",\"name\":\"ExecStart\",\"value\":\"/x\"}]}",
        "{\"desiredState\":\"launched\"}",
        "{\"options\":[null,{\"section\":\"]\",\"name\":\"\\n\",\"value\":\"\\u0000\"}]}",
        "{\"units\":[{\"name\":\"b.service\",\"desiredState\":\"x\"},null,{}],\"replace\":true}", "{\"units\":[[]]}",
        "[{\"op\":\"add\",\"path\":\"/x/metadata/a\",\"value\":{\"value\":\"b\"}}]", "[{\"op\":5},null]",
        "{\"reason\":\"r\",\"drain\":true}",
        "\0\0\0", "value=\u00e9\u4e2d&ttl=5", "a=1&a=2&a=3&value=4",
    ];

    private static readonly string[] s_pieces =
    [
        "\r\n", "\n", "\r", "\0", " ", ":", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "Host: \r\n",
        "Content-Length: 5\r\n", "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: x\r\n", "Expect: 100-continue\r\n",
        "Connection: close\r\n", "Connection: upgrade\r\nUpgrade: h2c\r\n", "zz\r\n", "5\r\nvalue\r\n", "0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001", "é", "%", "  ", "\t",
    ];

    /// <summary>A request that is proper HTTP, whatever it asks for.</summary>
    public FuzzRequest NextProper(bool mayBeEndless)
    {
        string method = Pick(s_methods);
        string target = random.Chance(0.7) ? KeyTarget() : Pick(s_others);
        bool isEndless = mayBeEndless && random.Chance(0.05);
        if (isEndless)
        {
            string stream = random.Chance(0.5) ? "&stream=true" : "";
            (method, target) = ("GET", $"/v2/keys/{Pick(s_names)}?wait=true&recursive=true{stream}");
        }

        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: fuzz\r\n");
        for (int i = random.Next(4); i > 0; i--)
            head.Append(Pick(s_headers));
        byte[] body = isEndless || (method is "GET" or "HEAD" or "OPTIONS" && random.Chance(0.9)) ? [] : Body();
        bool isChunked = body.Length > 0 && random.Chance(0.2);
        if (isChunked)
            head.Append("Transfer-Encoding: chunked\r\n\r\n");
        else if (body.Length > 0 || method is not ("GET" or "HEAD" or "OPTIONS"))
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        else
            head.Append("\r\n");
        byte[] bytes = [.. Encoding.UTF8.GetBytes(head.ToString()), .. isChunked ? Chunked(body) : body];
        return new FuzzRequest(bytes, method == "HEAD", isEndless);
    }

    /// <summary>Some requests with bytes changed, cut, doubled or put in between.</summary>
    public byte[] NextBroken()
    {
        List<byte> bytes = [];
        for (int i = random.Next(1, 4); i > 0; i--)
            bytes.AddRange(random.Chance(0.8) ? NextProper(false).Bytes : Encoding.UTF8.GetBytes(Pick(s_pieces)));
        for (int i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
            Break(bytes);
        return [.. bytes];
    }

    private void Break(List<byte> bytes)
    {
        int at = random.Next(bytes.Count);
        switch (random.Next(6))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveAt(at);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(40, bytes.Count - at)));
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(s_pieces)));
                break;
        }
    }

    private string KeyTarget()
    {
        StringBuilder target = new("/v2/keys");
        for (int i = random.Next(4); i > 0; i--)
            target.Append('/').Append(Pick(s_names));
        string separator = "?";
        for (int i = random.Chance(0.5) ? 0 : random.Next(1, 5); i > 0; i--)
        {
            target.Append(separator).Append(Pick(s_parameters));
            separator = "&";
        }

        return target.ToString();
    }

    private byte[] Body()
    {
        if (!random.Chance(0.003))
            return Encoding.UTF8.GetBytes(Pick(s_bodies));
        byte[] body = new byte[random.Next(LongValueBytes)];
        body.AsSpan().Fill((byte)('a' + random.Next(26)));
        return [.. "value="u8, .. body];
    }

    private byte[] Chunked(byte[] body)
    {
        List<byte> bytes = [];
        for (int at = 0; at < body.Length;)
        {
            int length = Math.Min(random.Next(1, 4096), body.Length - at);
            bytes.AddRange(Encoding.ASCII.GetBytes(length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
            bytes.AddRange(body.AsSpan(at, length));
            bytes.AddRange("\r\n"u8);
            at += length;
        }

        bytes.AddRange("0\r\n\r\n"u8);
        return [.. bytes];
    }

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
