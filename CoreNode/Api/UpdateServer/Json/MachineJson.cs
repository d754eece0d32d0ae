using System.Text.Json;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Json;

/// <summary>Machines as JSON (docs/update-server.md). Pure.</summary>
internal static class MachineJson
{
    /// <summary>Some machines, and where to go on.</summary>
    public static void Write(Utf8JsonWriter json, MachinePage page)
    {
        json.WriteStartObject();
        JsonText.List(json, "machines", page.Machines, Write);
        json.WriteString("next", page.Next);
        json.WriteNumber("total", page.Total);
        json.WriteEndObject();
    }

    /// <summary>One machine.</summary>
    public static void Write(Utf8JsonWriter json, MachineView machine)
    {
        json.WriteStartObject();
        json.WriteString("app", machine.App);
        json.WriteString("machine", machine.Machine);
        json.WriteString("alias", machine.Alias);
        json.WriteString("group", machine.Group);
        json.WriteString("version", machine.Version);
        json.WriteString("board", machine.Board);
        json.WriteString("oem", machine.Oem);
        json.WriteString("oemVersion", machine.OemVersion);
        json.WriteString("alephVersion", machine.AlephVersion);
        json.WriteString("address", machine.Address);
        json.WriteString("state", StateWords.Of(machine.State));
        JsonText.Moment(json, "since", machine.Since);
        json.WriteString("target", machine.Target);
        JsonText.Moment(json, "granted", machine.Granted);
        json.WriteString("outcome", StateWords.Of(machine.Outcome));
        json.WriteNumber("errorCode", machine.ErrorCode);
        JsonText.Moment(json, "firstSeen", machine.FirstSeen);
        JsonText.Moment(json, "lastSeen", machine.LastSeen);
        json.WritePropertyName("override");
        Write(json, machine.Override);
        json.WritePropertyName("hold");
        Write(json, machine.Hold);
        json.WriteBoolean("next", machine.IsNext);
        json.WriteEndObject();
    }

    /// <summary>Something that happened with a machine.</summary>
    public static void Write(Utf8JsonWriter json, MachineEvent one)
    {
        json.WriteStartObject();
        json.WriteNumber("number", one.Number);
        JsonText.Moment(json, "at", one.At);
        json.WriteString("kind", StateWords.Of(one.Kind));
        if (one.Kind == MachineEventKind.Told)
        {
            json.WriteNumber("type", (int)one.Type);
            json.WriteNumber("result", (int)one.Result);
        }

        json.WriteNumber("errorCode", one.ErrorCode);
        json.WriteString("version", one.Version);
        json.WriteString("other", one.Other);
        json.WriteString("state", StateWords.Of(one.State));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MachineOverride? wanted)
    {
        if (wanted is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteBoolean("exempt", wanted.IsExempt);
        json.WriteString("pinnedVersion", wanted.PinnedVersion);
        json.WriteBoolean("forced", wanted.IsForced);
        json.WriteBoolean("despiteStop", wanted.IsDespiteStop);
        json.WriteString("group", wanted.GroupId);
        json.WriteString("note", wanted.Note);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, OmahaHold? hold)
    {
        if (hold is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("reason", hold.Reason);
        json.WriteString("text", hold.Describe());
        JsonText.Moment(json, "until", hold.Until);
        json.WriteEndObject();
    }
}
