using System.Text.Json;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;
using CoreNode.Windows;

namespace CoreNode.Api.UpdateServer.Json;

/// <summary>What administrators change, as JSON (docs/update-server.md). Pure.</summary>
internal static class CatalogueJson
{
    /// <summary>An application.</summary>
    public static void Write(Utf8JsonWriter json, CatalogueApp app)
    {
        json.WriteStartObject();
        json.WriteString("id", app.Id);
        json.WriteString("name", app.Name);
        json.WriteString("description", app.Description);
        json.WriteString("defaultGroup", app.DefaultGroup);
        JsonText.Moment(json, "created", app.Created);
        json.WriteEndObject();
    }

    /// <summary>A channel.</summary>
    public static void Write(Utf8JsonWriter json, CatalogueChannel channel)
    {
        json.WriteStartObject();
        json.WriteNumber("id", channel.Id);
        json.WriteString("app", channel.App);
        json.WriteString("name", channel.Name);
        json.WriteString("board", channel.Board);
        JsonText.Number(json, "package", channel.Package);
        JsonText.Moment(json, "since", channel.Since);
        JsonText.List(json, "floors", channel.Floors, static (json, floor) =>
        {
            json.WriteStartObject();
            json.WriteNumber("package", floor.Package);
            json.WriteString("reason", floor.Reason);
            json.WriteEndObject();
        });
        json.WritePropertyName("promotion");
        Write(json, channel.Promotion);
        json.WriteEndObject();
    }

    /// <summary>A server elsewhere that a channel follows.</summary>
    public static void Write(Utf8JsonWriter json, CatalogueUpstream upstream)
    {
        json.WriteStartObject();
        json.WriteNumber("channel", upstream.Channel);
        json.WriteString("url", upstream.Url);
        json.WriteString("app", upstream.App);
        json.WriteString("track", upstream.Track);
        json.WriteString("board", upstream.Board);
        json.WriteString("every", DurationText.Format(upstream.Every));
        JsonText.Moment(json, "checked", upstream.Checked);
        json.WriteString("result", upstream.Result);
        json.WriteEndObject();
    }

    /// <summary>What asking it came to.</summary>
    public static void Write(Utf8JsonWriter json, SyncReport report)
    {
        json.WriteStartObject();
        JsonText.List(json, "packages", report.Packages);
        json.WriteString("text", report.Text);
        json.WriteEndObject();
    }

    /// <summary>Where a channel's package goes next; null for nowhere.</summary>
    public static void Write(Utf8JsonWriter json, ChannelPromotion? promotion)
    {
        if (promotion is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("to", promotion.To);
        json.WriteString("soak", DurationText.Format(promotion.Rule.Soak));
        json.WriteNumber("maxErrorShare", promotion.Rule.MaxErrorShare);
        json.WriteNumber("minSucceeded", promotion.Rule.MinSucceeded);
        json.WriteBoolean("automatic", promotion.Rule.IsAutomatic);
        json.WriteEndObject();
    }

    /// <summary>Whether it may go there now.</summary>
    public static void Write(Utf8JsonWriter json, PromotionVerdict verdict)
    {
        json.WriteStartObject();
        json.WriteBoolean("ready", verdict.IsReady);
        json.WriteString("text", verdict.Text);
        JsonText.Moment(json, "until", verdict.Until);
        json.WriteEndObject();
    }

    /// <summary>A package with its files.</summary>
    public static void Write(Utf8JsonWriter json, CataloguePackage package)
    {
        json.WriteStartObject();
        json.WriteNumber("id", package.Id);
        json.WriteString("app", package.App);
        json.WriteString("version", package.Version);
        json.WriteString("board", package.Board);
        json.WriteNumber("counter", package.Counter);
        json.WriteNumber("minimumCounter", package.MinimumCounter);
        JsonText.Moment(json, "expiry", package.Expiry);
        json.WriteString("description", package.Description);
        json.WriteString("moreInfo", package.MoreInfo);
        json.WriteString("origin", package.Origin);
        JsonText.Moment(json, "created", package.Created);
        JsonText.List(json, "files", package.Files, Write);
        json.WriteEndObject();
    }

    /// <summary>A group with its policy.</summary>
    public static void Write(Utf8JsonWriter json, CatalogueGroup group)
    {
        json.WriteStartObject();
        json.WriteString("id", group.Id);
        json.WriteString("app", group.App);
        json.WriteString("name", group.Name);
        json.WriteString("track", group.Track);
        json.WriteString("description", group.Description);
        JsonText.Number(json, "channel", group.Channel);
        json.WritePropertyName("policy");
        PolicyCodec.Write(json, group.Policy);
        JsonText.Moment(json, "created", group.Created);
        json.WriteEndObject();
    }

    /// <summary>A token, without its secret.</summary>
    public static void Write(Utf8JsonWriter json, AccessToken token)
    {
        json.WriteStartObject();
        json.WriteString("name", token.Name);
        json.WriteString("role", token.Role == AccessRole.Admin ? "admin" : "viewer");
        JsonText.Moment(json, "created", token.Created);
        JsonText.Moment(json, "expires", token.Expires);
        json.WriteEndObject();
    }

    /// <summary>A new token, with its secret this once.</summary>
    public static void Write(Utf8JsonWriter json, NewToken made)
    {
        json.WriteStartObject();
        json.WritePropertyName("token");
        Write(json, made.Token);
        json.WriteString("secret", made.Secret);
        json.WriteEndObject();
    }

    /// <summary>A line of the audit log.</summary>
    public static void Write(Utf8JsonWriter json, AuditEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("number", entry.Number);
        JsonText.Moment(json, "at", entry.At);
        json.WriteString("who", entry.Who);
        json.WriteString("from", entry.From);
        json.WriteString("what", entry.What);
        json.WriteString("subject", entry.Subject);
        json.WriteString("text", entry.Text);
        json.WriteEndObject();
    }

    /// <summary>What was taken out of a file.</summary>
    public static void Write(Utf8JsonWriter json, ParcelReport report)
    {
        json.WriteStartObject();
        json.WriteNumber("bytes", report.Bytes);
        JsonText.List(json, "packages", report.Packages);
        json.WriteNumber("files", report.Files);
        JsonText.List(json, "notes", report.Notes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CatalogueFile file)
    {
        json.WriteStartObject();
        json.WriteString("kind", StateWords.Of(file.Kind));
        json.WriteString("name", file.Name);
        json.WriteString("sha256", file.Sha256);
        json.WriteString("sha1", file.Sha1);
        json.WriteNumber("size", file.Size);
        json.WriteString("from", file.FromVersion);
        json.WriteBoolean("required", file.IsRequired);
        json.WriteEndObject();
    }
}
