using System.Text;
using System.Text.Json;
using CoreNode.Api.Client.Units;
using CoreNode.Reboots.Desk;

namespace CoreNode.Api.Client.Reboots;

/// <summary>The reboots of the machine that is asked, typed (/corenode/v1/reboot). Thread-safe.</summary>
public sealed class RebootsClient(ClientOptions options) : IDisposable
{
    private const string Root = "/corenode/v1/reboot";

    private readonly V2Transport _transport = new(options);

    /// <summary>How it stands.</summary>
    public async Task<AdminReply<ToldReboot>> StatusAsync(CancellationToken cancellation) =>
        AdminAnswer.Read(await _transport.SendAsync(V2Request.Plain(Root), cancellation), Parse);

    /// <summary>Gives an order; the status is of after it. Refused with 409 where it is not done.</summary>
    public async Task<AdminReply<ToldReboot>> OrderAsync(RebootWish wish, CancellationToken cancellation)
    {
        string word = wish.Kind switch
        {
            RebootWishKind.Now => "now",
            RebootWishKind.AcceptOutage => "accept-outage",
            RebootWishKind.Cancel => "cancel",
            RebootWishKind.Strategy => "strategy",
            RebootWishKind.Windows => "windows",
            RebootWishKind.Group => "group",
            RebootWishKind.Fuzz => "fuzz",
            _ => throw new ArgumentOutOfRangeException(nameof(wish), wish.Kind, "no such order"),
        };
        V2Request request = new(HttpMethod.Post, $"{Root}/{word}", null)
        {
            Json = UnitsJson.Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("reason", wish.Reason);
                json.WriteString("strategy", wish.Strategy);
                if (wish.By.Length > 0)
                    json.WriteString("by", wish.By);
                json.WriteBoolean("acceptOutage", wish.IsOutageAccepted);
                if (wish.Value is { } value)
                    json.WriteString(word, value);
                json.WriteEndObject();
            }),
        };
        return AdminAnswer.Read(await _transport.SendAsync(request, cancellation), Parse);
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static ToldReboot Parse(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement page = document.RootElement;
        if (page.ValueKind != JsonValueKind.Object)
            throw new JsonException("not an object");
        RebootStatusView view = new()
        {
            Stage = UnitsJson.Text(page, "stage"),
            StageSince = Number(page, "stageSince"),
            Reason = UnitsJson.Text(page, "reason"),
            NextAt = Number(page, "nextAt"),
            Want = UnitsJson.Text(page, "want"),
            WantedBy = UnitsJson.Text(page, "wantedBy"),
            Since = Number(page, "since"),
            Strategy = UnitsJson.Text(page, "strategy"),
            IsStrategySet = Flag(page, "strategySet"),
            StrategyFrom = UnitsJson.Text(page, "strategyFrom"),
            Windows = UnitsJson.Text(page, "windows"),
            WindowsFrom = UnitsJson.Text(page, "windowsFrom"),
            Fuzz = UnitsJson.Text(page, "fuzz"),
            FuzzFrom = UnitsJson.Text(page, "fuzzFrom"),
            Group = UnitsJson.Text(page, "group"),
            GroupFrom = UnitsJson.Text(page, "groupFrom"),
            LockSince = Number(page, "lockSince"),
            By = UnitsJson.Text(page, "by"),
            IsOutageAccepted = Flag(page, "outageAccepted"),
            Ended = UnitsJson.Text(page, "ended"),
            EndedAt = Number(page, "endedAt"),
            IsFailed = Flag(page, "failed"),
            Forbidden = UnitsJson.Text(page, "forbidden"),
        };
        return new ToldReboot(view, Encoding.UTF8.GetString(body).TrimEnd('\n'));
    }

    private static long Number(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.Number
            && field.TryGetInt64(out long number) ? number : 0;

    private static bool Flag(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.True;
}
