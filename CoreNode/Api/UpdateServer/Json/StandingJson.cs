using System.Text.Json;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;
using CoreNode.Windows;

namespace CoreNode.Api.UpdateServer.Json;

/// <summary>How the server and its rollouts stand, as JSON (docs/update-server.md). Pure.</summary>
internal static class StandingJson
{
    /// <summary>How the server itself is.</summary>
    public static void Write(Utf8JsonWriter json, ServerPage page)
    {
        json.WriteStartObject();
        json.WriteString("version", page.Version);
        JsonText.Moment(json, "started", page.Standing.Started);
        JsonText.Moment(json, "now", page.Now);
        json.WriteNumber("pulse", page.Pulse);
        json.WriteNumber("schemaVersion", page.Standing.SchemaVersion);
        json.WriteNumber("machines", page.Standing.Machines);
        json.WriteNumber("files", page.Standing.Files);
        json.WriteNumber("fileBytes", page.Standing.FileBytes);
        json.WriteNumber("databaseBytes", page.Standing.DatabaseBytes);
        JsonText.List(json, "problems", page.Standing.Problems);
        json.WriteEndObject();
    }

    /// <summary>How a group's rollout stands.</summary>
    public static void Write(Utf8JsonWriter json, GroupStanding standing)
    {
        json.WriteStartObject();
        json.WriteString("app", standing.App);
        json.WriteString("group", standing.Group);
        json.WritePropertyName("release");
        Write(json, standing.Release);
        json.WriteString("problem", standing.Problem);
        Write(json, standing.Standing);
        Write(json, standing.Counts);
        json.WriteNumber("upToDate", standing.UpToDate);
        json.WriteNumber("keptOut", standing.KeptOut);
        json.WriteNumber("wavePercent", standing.WavePercent);
        JsonText.Moment(json, "nextWave", standing.NextWave);
        JsonText.List(json, "byState", standing.ByState, static (json, one) =>
        {
            json.WriteStartObject();
            json.WriteString("state", StateWords.Of(one.State));
            json.WriteNumber("machines", one.Machines);
            json.WriteEndObject();
        });
        JsonText.List(json, "byVersion", standing.ByVersion, Write);
        json.WriteEndObject();
    }

    /// <summary>Versions at one moment.</summary>
    public static void Write(Utf8JsonWriter json, VersionSample sample)
    {
        json.WriteStartObject();
        JsonText.Moment(json, "at", sample.At);
        JsonText.List(json, "versions", sample.Versions, Write);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RolloutRelease? release)
    {
        if (release is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("id", release.Id);
        json.WriteString("version", release.Version);
        json.WriteString("package", release.Target.PackageId);
        JsonText.Moment(json, "startedAt", release.StartedAt);
        JsonText.List(json, "floors", release.Floors, static (json, floor) =>
        {
            json.WriteStartObject();
            json.WriteString("version", floor.Version);
            json.WriteString("package", floor.PackageId);
            json.WriteString("reason", floor.Reason);
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RolloutStanding standing)
    {
        JsonText.Moment(json, "pausedAt", standing.PausedAt);
        json.WriteString("pauseNote", standing.PauseNote);
        json.WriteString("heldFor", DurationText.Format(standing.HeldFor));
        json.WriteString("firstMachine", standing.FirstMachine);
        json.WriteBoolean("firstPassed", standing.IsFirstPassed);
        if (standing.Stop is not { } stop)
        {
            json.WriteNull("stop");
            return;
        }

        json.WriteStartObject("stop");
        JsonText.Moment(json, "at", stop.At);
        json.WriteString("reason", stop.Reason);
        json.WriteNumber("failed", stop.Failed);
        json.WriteNumber("ended", stop.Ended);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RolloutCounts counts)
    {
        json.WriteStartObject("counts");
        json.WriteNumber("machines", counts.Machines);
        json.WriteNumber("inPeriod", counts.InPeriod);
        json.WriteNumber("atWork", counts.AtWork);
        json.WriteNumber("waiting", counts.Waiting);
        json.WriteNumber("succeeded", counts.Succeeded);
        json.WriteNumber("failed", counts.Failed);
        json.WriteNumber("rolledBack", counts.RolledBack);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, VersionCount one)
    {
        json.WriteStartObject();
        json.WriteString("version", one.Version);
        json.WriteNumber("machines", one.Machines);
        json.WriteEndObject();
    }
}
