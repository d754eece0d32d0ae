using System.Text.Json;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Keeping;

/// <summary>The JSON of a unit's run (docs/formats.md, "Units of the embedded runner"). Pure.</summary>
internal static class StateText
{
    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter json, StoredState stored)
    {
        MachineState state = stored.Machine;
        json.WriteStartObject();
        json.WriteString("boot", stored.BootId);
        json.WriteString("invocation", stored.InvocationId);
        json.WriteNumber("phase", (int)state.Phase);
        json.WriteString("result", state.Result);
        json.WriteNumber("mainPid", state.MainPid);
        json.WriteNumber("mainStart", stored.MainStartTicks);
        json.WriteBoolean("isMainKnown", state.IsMainKnown);
        json.WriteNumber("controlPid", state.ControlPid);
        json.WriteNumber("controlStart", stored.ControlStartTicks);
        json.WriteNumber("stage", (int)state.Stage);
        json.WriteNumber("command", state.CommandIndex);
        json.WriteNumber("mainCommand", state.MainIndex);
        if (state.MainEnd is { } end)
        {
            json.WriteNumber("endKind", (int)end.Kind);
            json.WriteNumber("endStatus", end.Status);
        }

        Write(json, "deadline", state.Deadline);
        Write(json, "watchdogDeadline", state.WatchdogDeadline);
        Write(json, "watchdogSpan", state.WatchdogSpan);
        json.WriteNumber("restarts", state.Restarts);
        Write(json, "limitBegin", state.StartLimit.Begin);
        json.WriteNumber("limitCount", state.StartLimit.Count);
        json.WriteBoolean("isStopWanted", state.IsStopWanted);
        json.WriteBoolean("isFenced", state.IsFenced);
        json.WriteBoolean("isWaitingForPidFile", state.IsWaitingForPidFile);
        json.WriteString("status", state.StatusText);
        json.WriteNumber("since", stored.SinceUs);
        json.WriteEndObject();
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static StoredState Read(JsonElement json)
    {
        MachineState state = new()
        {
            Phase = (UnitPhase)Number(json, "phase"),
            Result = Text(json, "result"),
            MainPid = (int)Number(json, "mainPid"),
            IsMainKnown = Flag(json, "isMainKnown"),
            ControlPid = (int)Number(json, "controlPid"),
            Stage = (ExecStage)Number(json, "stage"),
            CommandIndex = (int)Number(json, "command"),
            MainIndex = (int)Number(json, "mainCommand"),
            MainEnd = json.TryGetProperty("endKind", out _)
                ? new ProcessEnd((ProcessEndKind)Number(json, "endKind"), (int)Number(json, "endStatus"))
                : null,
            Deadline = Span(json, "deadline"),
            WatchdogDeadline = Span(json, "watchdogDeadline"),
            WatchdogSpan = Span(json, "watchdogSpan") ?? Timeout.InfiniteTimeSpan,
            Restarts = (int)Number(json, "restarts"),
            IsStopWanted = Flag(json, "isStopWanted"),
            IsFenced = Flag(json, "isFenced"),
            IsWaitingForPidFile = Flag(json, "isWaitingForPidFile"),
            StatusText = Text(json, "status"),
        };
        state.StartLimit.Begin = Span(json, "limitBegin");
        state.StartLimit.Count = (int)Number(json, "limitCount");
        return new StoredState
        {
            Machine = state,
            BootId = Text(json, "boot"),
            InvocationId = Text(json, "invocation"),
            MainStartTicks = Number(json, "mainStart"),
            ControlStartTicks = Number(json, "controlStart"),
            SinceUs = Number(json, "since"),
        };
    }

    private static void Write(Utf8JsonWriter json, string name, TimeSpan? span)
    {
        if (span is { } value)
            json.WriteNumber(name, value.Ticks);
    }

    private static TimeSpan? Span(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? TimeSpan.FromTicks(value.GetInt64()) : null;

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static bool Flag(JsonElement json, string name) => json.GetProperty(name).GetBoolean();

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";
}
