using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Leases;

/// <summary>
/// Questions and answers of the service "lease": one JSON object a line (docs/formats.md). Unknown properties are
/// passed over, so that both sides may be of another version.
/// </summary>
internal static class LeaseJson
{
    /// <summary>The longest line.</summary>
    internal const int MaxBytes = 16 << 10;

    private const int MaxIdLength = 64;
    private static readonly TimeSpan s_longestLease = TimeSpan.FromHours(1);

    internal static byte[] Format(LeaseQuestion question) => Write(json =>
    {
        json.WriteString("machine", question.Renewal.MachineId);
        WriteHex(json, "instance", question.Renewal.Instance);
        json.WriteNumber("leaseMs", (long)question.Renewal.Duration.TotalMilliseconds);
        if (question.IsRelease)
            json.WriteBoolean("release", true);
    });

    /// <exception cref="FormatException">It is no question.</exception>
    internal static LeaseQuestion ParseQuestion(ReadOnlyMemory<byte> line) => Parse(line, static root =>
    {
        string machine = root.GetProperty("machine").GetString() ?? "";
        TimeSpan lease = TimeSpan.FromMilliseconds(root.GetProperty("leaseMs").GetInt64());
        if (machine.Length is 0 or > MaxIdLength || lease <= TimeSpan.Zero || lease > s_longestLease)
            throw new FormatException("the id or the length of the lease makes no sense");
        bool isRelease = root.TryGetProperty("release", out JsonElement release) && release.GetBoolean();
        return new LeaseQuestion(new LeaseRenewal(machine, Hex(root.GetProperty("instance")), lease), isRelease);
    });

    internal static byte[] Format(LeaseReply reply) => Write(json =>
    {
        switch (reply)
        {
            case LeaseReply.Granted granted:
                json.WriteString("kind", "granted");
                json.WriteNumber("leaseMs", (long)granted.Lease.TotalMilliseconds);
                break;
            case LeaseReply.Released:
                json.WriteString("kind", "released");
                break;
            case LeaseReply.Duplicate duplicate:
                json.WriteString("kind", "duplicate");
                json.WriteString("reason", duplicate.Reason);
                break;
            case LeaseReply.Elsewhere elsewhere:
                json.WriteString("kind", "elsewhere");
                WriteHex(json, "leader", elsewhere.Leader.Value);
                json.WriteStartArray("peerURLs");
                foreach (string url in elsewhere.PeerUrls)
                    json.WriteStringValue(url);
                json.WriteEndArray();
                break;
            case LeaseReply.Leaderless leaderless:
                WriteLeaderless(json, leaderless);
                break;
            case LeaseReply.Failed failed:
                json.WriteString("kind", "failed");
                json.WriteString("reason", failed.Reason);
                break;
            default:
                throw new InvariantException("unknown kind of reply");
        }
    });

    /// <exception cref="FormatException">It is no reply.</exception>
    internal static LeaseReply ParseReply(ReadOnlyMemory<byte> line) => Parse<LeaseReply>(line, static root =>
        root.GetProperty("kind").GetString() switch
        {
            "granted" => new LeaseReply.Granted(TimeSpan.FromMilliseconds(root.GetProperty("leaseMs").GetInt64())),
            "released" => new LeaseReply.Released(),
            "duplicate" => new LeaseReply.Duplicate(Text(root, "reason")),
            "elsewhere" => new LeaseReply.Elsewhere(
                new NodeId(Hex(root.GetProperty("leader"))),
                JsonTexts.Of(root.GetProperty("peerURLs"))),
            "leaderless" => ParseLeaderless(root),
            "failed" => new LeaseReply.Failed(Text(root, "reason")),
            var kind => new LeaseReply.Failed($"it answers \"{kind}\", which is of another version"),
        });

    private static void WriteLeaderless(Utf8JsonWriter json, LeaseReply.Leaderless leaderless)
    {
        json.WriteString("kind", "leaderless");
        WriteHex(json, "member", leaderless.Standing.Self.Value);
        json.WriteNumber("term", leaderless.Standing.Term.Value);
        json.WriteNumber("forMs", (long)Math.Floor(leaderless.LeaderlessFor.TotalMilliseconds));
        json.WriteNumber("longestMs", (long)leaderless.Longest.TotalMilliseconds);
        WriteIds(json, "voters", leaderless.Standing.Voters);
        WriteIds(json, "outgoingVoters", leaderless.Standing.OutgoingVoters);
    }

    private static LeaseReply.Leaderless ParseLeaderless(JsonElement root)
    {
        TimeSpan leaderless = TimeSpan.FromMilliseconds(root.GetProperty("forMs").GetInt64());
        LeaderStanding standing = new(
            new NodeId(Hex(root.GetProperty("member"))), NodeId.None, new Term(root.GetProperty("term").GetUInt64()),
            leaderless, Ids(root, "voters"), Ids(root, "outgoingVoters"));
        return new LeaseReply.Leaderless(
            standing, leaderless, TimeSpan.FromMilliseconds(root.GetProperty("longestMs").GetInt64()));
    }

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private static T Parse<T>(ReadOnlyMemory<byte> line, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or OverflowException)
        {
            throw new FormatException($"a message about a lease makes no sense: {fault.Message}", fault);
        }
    }

    private static string Text(JsonElement root, string name) => root.GetProperty(name).GetString() ?? "";

    private static void WriteHex(Utf8JsonWriter json, string name, ulong value) =>
        json.WriteString(name, value.ToString("x", CultureInfo.InvariantCulture));

    private static ulong Hex(JsonElement element) => ulong.Parse(
        element.GetString() ?? "", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static void WriteIds(Utf8JsonWriter json, string name, IReadOnlyList<NodeId> ids)
    {
        json.WriteStartArray(name);
        foreach (NodeId id in ids)
            json.WriteStringValue(id.Value.ToString("x", CultureInfo.InvariantCulture));
        json.WriteEndArray();
    }

    private static List<NodeId> Ids(JsonElement root, string name)
    {
        List<NodeId> ids = [];
        foreach (JsonElement id in root.GetProperty(name).EnumerateArray())
            ids.Add(new NodeId(Hex(id)));
        return ids;
    }
}
