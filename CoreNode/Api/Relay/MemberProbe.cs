using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Foundation;
using CoreNode.Proxy;
using CoreNode.Store;

namespace CoreNode.Api.Relay;

/// <summary>
/// Asks a member at its client URL: /v2/members, with the cluster's id in the answer's header, then /health and whether
/// auth is on, all on one connection.
/// </summary>
/// <param name="upstreams">The connections.</param>
/// <param name="describe">Asks at a peer URL.</param>
public sealed class MemberProbe(
    Upstreams upstreams, Func<string, CancellationToken, Task<MemberList?>> describe) : IMemberProbe
{
    private const int MaxBytes = 1 << 20;

    /// <inheritdoc/>
    public Task<MemberList?> DescribeAsync(string peerUrl, CancellationToken cancellation) =>
        describe(peerUrl, cancellation);

    /// <inheritdoc/>
    public async Task<ProbeAnswer> AskAsync(Route route, CancellationToken cancellation)
    {
        Upstream upstream = upstreams.Of(route);
        try
        {
            using UpstreamConnection connection = await upstream.ConnectAsync(cancellation);
            try
            {
                return await AskAsync(upstream, connection, cancellation);
            }
            finally
            {
                upstream.Drop(connection);
            }
        }
        catch (Exception fault) when (fault is IOException or UpstreamException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new ProbeAnswer.Failed(fault.Message);
        }
    }

    private async Task<ProbeAnswer> AskAsync(
        Upstream upstream, UpstreamConnection connection, CancellationToken cancellation)
    {
        using CancellationTokenRegistration stop =
            cancellation.UnsafeRegister(static one => ((UpstreamConnection)one!).Cut(), connection);
        connection.SetDeadline(upstreams.Time.GetTimestamp()
            + (long)(upstreams.Options.ProbeTimeout.TotalSeconds * upstreams.Time.TimestampFrequency));
        (int status, ulong clusterId, byte[] body) = await GetAsync(connection, upstream, "/v2/members");
        if (status != 200)
        {
            return new ProbeAnswer.Failed(status == 508
                ? "a worker answers there, not the member: set --advertise-client-urls of that member"
                : string.Create(CultureInfo.InvariantCulture, $"it answers {status} to /v2/members"));
        }

        if (ReadMembers(clusterId, body) is not { } list)
            return new ProbeAnswer.Failed("what answers there is no member: its /v2/members cannot be read");
        (status, _, body) = await GetAsync(connection, upstream, "/health");
        if (status != 200)
            return new ProbeAnswer.Ailing("it says " + Encoding.UTF8.GetString(body).Trim());
        (status, _, body) = await GetAsync(connection, upstream, "/v2/auth/enable");

        // Who is nobody learns by the refusal itself that auth is on.
        return new ProbeAnswer.Healthy(list, status == 401 || body.AsSpan().IndexOf("true"u8) >= 0);
    }

    private static async Task<(int Status, ulong ClusterId, byte[] Body)> GetAsync(
        UpstreamConnection connection, Upstream upstream, string path)
    {
        connection.Listen();
        await connection.SendAsync(RequestHead.Probe(path, upstream));
        AnswerHead head;
        while (true)
        {
            if (!AnswerHead.TryRead(connection.Received, null, out head))
                throw new UpstreamException("its answer is no HTTP");
            connection.Take(head.Length);
            if (head is { Length: > 0, Status: >= 200 })
                break;
            if (head.Length == 0)
                await FillAsync(connection);
        }

        AnswerBody body = head.Body(isHead: false);
        MemoryStream bytes = new();
        while (!body.IsDone)
        {
            if (!body.TryRead(connection.Received, out int consumed, out ReadOnlySpan<byte> data)
                || bytes.Length + data.Length > MaxBytes)
            {
                throw new UpstreamException("its answer is framed wrongly or too long");
            }

            bytes.Write(data);
            connection.Take(consumed);
            if (consumed == 0)
                await FillAsync(connection);
        }

        return (head.Status, head.ClusterId, bytes.ToArray());
    }

    private static async ValueTask FillAsync(UpstreamConnection connection)
    {
        if (!await connection.FillAsync())
            throw new UpstreamException("the connection was closed before the answer came");
    }

    private static MemberList? ReadMembers(ulong clusterId, byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            List<Member> members = [];
            foreach (JsonElement one in document.RootElement.GetProperty("members").EnumerateArray())
            {
                members.Add(new Member(
                    new NodeId(ulong.Parse(
                        one.GetProperty("id").GetString() ?? "", NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture)),
                    one.GetProperty("name").GetString() ?? "",
                    TextsOf(one.GetProperty("peerURLs")),
                    TextsOf(one.GetProperty("clientURLs"))));
            }

            return members.Count == 0 ? null : new MemberList(clusterId, members);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static List<string> TextsOf(JsonElement array) =>
        array.ValueKind == JsonValueKind.Array ? JsonTexts.Of(array) : [];
}
