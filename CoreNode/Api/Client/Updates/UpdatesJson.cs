using System.Text;
using System.Text.Json;
using CoreNode.Api.Client.Units;
using CoreNode.Updates.Desk;

namespace CoreNode.Api.Client.Updates;

/// <summary>
/// Reads and writes the bodies of /corenode/v1/update. Tolerant: unknown properties are skipped, what is missing is
/// empty.
/// </summary>
internal static class UpdatesJson
{
    public static ToldStatus ParseStatus(byte[] body)
    {
        using JsonDocument document = Parse(body);
        JsonElement page = document.RootElement;
        UpdateStatusView view = new()
        {
            Stage = UnitsJson.Text(page, "stage"),
            Status = UnitsJson.Text(page, "status"),
            Progress = Share(page, "progress"),
            BytesDone = Number(page, "bytesDone"),
            BytesTotal = Number(page, "bytesTotal"),
            RunningVersion = UnitsJson.Text(page, "runningVersion"),
            RunningSlot = UnitsJson.Text(page, "runningSlot"),
            NewVersion = UnitsJson.Text(page, "newVersion"),
            NewSlot = UnitsJson.Text(page, "newSlot"),
            NewSize = Number(page, "newSize"),
            Source = UnitsJson.Text(page, "source"),
            LastChecked = Number(page, "lastChecked"),
            NextStep = UnitsJson.Text(page, "nextStep"),
            NextAt = Number(page, "nextAt"),
            AgainAt = Number(page, "againAt"),
            Reason = UnitsJson.Text(page, "reason"),
            Hold = UnitsJson.Text(page, "hold"),
            Pinned = UnitsJson.Text(page, "pinned"),
            LastFailure = Failure(page),
            Server = UnitsJson.Text(page, "server"),
            Group = UnitsJson.Text(page, "group"),
        };
        return new ToldStatus(view, Raw(body));
    }

    public static ToldHistory ParseHistory(byte[] body)
    {
        using JsonDocument document = Parse(body);
        List<UpdateHistoryItem> entries = UnitsJson.List(document.RootElement, "entries", static one =>
            new UpdateHistoryItem
            {
                At = Number(one, "at"),
                From = UnitsJson.Text(one, "from"),
                To = UnitsJson.Text(one, "to"),
                Outcome = UnitsJson.Text(one, "outcome"),
                Code = Code(one),
                Text = UnitsJson.Text(one, "text"),
            });
        return new ToldHistory(new UpdateHistoryView(entries), Raw(body));
    }

    public static ToldFindings ParseFindings(byte[] body)
    {
        using JsonDocument document = Parse(body);
        List<UpdateFinding> findings = UnitsJson.List(document.RootElement, "findings", static one =>
            new UpdateFinding(
                Level(UnitsJson.Text(one, "level")), UnitsJson.Text(one, "what"), UnitsJson.Text(one, "text"),
                UnitsJson.Text(one, "advice"))
            {
                Machine = UnitsJson.Text(one, "machine"),
            });
        return new ToldFindings(findings);
    }

    /// <summary>The last word of an order's path.</summary>
    public static string Word(UpdateOrderKind kind) => kind switch
    {
        UpdateOrderKind.Check => "check",
        UpdateOrderKind.Now => "now",
        UpdateOrderKind.Cancel => "cancel",
        UpdateOrderKind.Reset => "reset",
        UpdateOrderKind.Pin => "pin",
        UpdateOrderKind.Unpin => "unpin",
        UpdateOrderKind.Rollback => "rollback",
        UpdateOrderKind.Apply => "apply",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such order"),
    };

    /// <summary>An order's body: only what is wished for.</summary>
    public static string Write(UpdateOrder order) => UnitsJson.Write(json =>
    {
        json.WriteStartObject();
        if (order.Version.Length > 0)
            json.WriteString("version", order.Version);
        if (order.Url.Length > 0)
            json.WriteString("url", order.Url);
        if (order.IsDowngradeAllowed)
            json.WriteBoolean("allowDowngrade", true);
        if (order.IsBadAccepted)
            json.WriteBoolean("acceptBad", true);
        json.WriteEndObject();
    });

    // A word of a later version is at least worth a look.
    private static UpdateFindingLevel Level(string word) => word switch
    {
        "ok" => UpdateFindingLevel.Ok,
        "problem" => UpdateFindingLevel.Problem,
        _ => UpdateFindingLevel.Warning,
    };

    private static JsonDocument Parse(byte[] body)
    {
        JsonDocument document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw new JsonException("not an object");
    }

    private static UpdateFailureView? Failure(JsonElement page) =>
        page.TryGetProperty("lastFailure", out JsonElement failure) && failure.ValueKind == JsonValueKind.Object
            ? new UpdateFailureView(
                Code(failure), UnitsJson.Text(failure, "name"), UnitsJson.Text(failure, "text"),
                Number(failure, "at"))
            : null;

    private static int Code(JsonElement one) => (int)Math.Clamp(Number(one, "code"), int.MinValue, int.MaxValue);

    private static long Number(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.Number
            && field.TryGetInt64(out long number) ? number : 0;

    private static double Share(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.Number
            && field.TryGetDouble(out double number) ? Math.Clamp(number, 0, 1) : 0;

    private static string Raw(byte[] body) => Encoding.UTF8.GetString(body).TrimEnd('\n');
}
