using System.Text;
using System.Text.Json;

namespace CoreNode.Api.Client;

/// <summary>Reads /corenode/v1/status.</summary>
public static class NodeStatusJson
{
    /// <summary>The page; null if the bytes are none.</summary>
    public static NodeStatus? Parse(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement page = document.RootElement;
            return new NodeStatus
            {
                Name = page.GetProperty("name").GetString() ?? "",
                Id = page.GetProperty("id").GetString() ?? "",
                Version = page.GetProperty("version").GetString() ?? "",
                Role = page.GetProperty("role").GetString() ?? "",
                Leader = page.GetProperty("leader").GetString() ?? "",
                LeaderSince = page.GetProperty("leaderSince").GetString() ?? "",
                Term = page.GetProperty("term").GetUInt64(),
                Applied = page.GetProperty("appliedIndex").GetUInt64(),
                Last = page.GetProperty("lastIndex").GetUInt64(),
                Lag = page.GetProperty("lag").GetUInt64(),
                Keys = page.GetProperty("keys").GetUInt64(),
                DiskBytes = page.GetProperty("diskBytes").GetUInt64(),
                SyncP99Ms = page.GetProperty("syncP99Ms").GetDouble(),
                ClockOffsetMs = page.GetProperty("clockOffsetMs").GetDouble(),
                IsHealthy = page.GetProperty("healthy").GetBoolean(),
                Reason = page.GetProperty("reason").GetString() ?? "",
                FollowerLags = page.GetProperty("followers").EnumerateArray().ToDictionary(
                    static one => one.GetProperty("id").GetString() ?? "",
                    static one => one.GetProperty("lag").GetUInt64()),
                Json = Encoding.UTF8.GetString(body).TrimEnd('\n'),
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
