using System.Text.Json;

namespace CoreNode.Updates.Lifecycle;

/// <summary>Writes a state as JSON. Fields that have their first value are left out where that says the same.</summary>
internal static class UpdateStateWriter
{
    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter json, UpdateState state)
    {
        json.WriteStartObject();
        json.WriteString("stage", StateNames.Stages[(int)state.Stage]);
        json.WriteString("step", StateNames.Steps[(int)state.Step]);
        json.WriteNumber("stepNumber", state.StepNumber);
        json.WriteString("previousVersion", state.PreviousVersion);
        json.WriteBoolean("rollbackUntold", state.IsRollbackUntold);
        json.WriteNumber("highestCounter", state.HighestCounter);
        json.WriteString("pin", state.Pin);
        json.WriteNumber("lastEvent", state.LastEvent);
        Time(json, "lastAnswer", state.Times.LastAnswer);
        json.WriteNumber("lastIntervalMs", (long)state.Times.LastInterval.TotalMilliseconds);
        if (state.Boot is { } boot)
            Boot(json, boot);
        if (state.Attempt is { } attempt)
            Attempt(json, attempt);
        Payload(json, state.Payload);
        Gate(json, state.Gate);
        json.WriteStartObject("outcome");
        Time(json, "at", state.Outcome.At);
        json.WriteNumber("code", (int)state.Outcome.Code);
        json.WriteString("text", state.Outcome.Text);
        json.WriteEndObject();
        json.WriteStartArray("badVersions");
        foreach (BadVersion bad in state.BadVersions)
            Bad(json, bad);
        json.WriteEndArray();
        json.WriteStartArray("outbox");
        foreach (UpdateEvent told in state.Outbox)
            Event(json, told);
        json.WriteEndArray();
        json.WriteStartArray("history");
        foreach (HistoryEntry entry in state.History)
            History(json, entry);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(name, known.ToUniversalTime());
    }

    private static void Boot(Utf8JsonWriter json, BootFacts boot)
    {
        json.WriteStartObject("boot");
        json.WriteString("id", boot.BootId);
        json.WriteString("slot", boot.Slot);
        json.WriteString("version", boot.Version);
        json.WriteNumber("counter", boot.Counter);
        json.WriteString("otherSlot", boot.OtherSlot);
        json.WriteString("otherVersion", boot.OtherVersion);
        json.WriteBoolean("markedGood", boot.IsMarkedGood);
        json.WriteBoolean("otherGood", boot.IsOtherGood);
        json.WriteBoolean("otherTried", boot.IsOtherTried);
        json.WriteBoolean("otherNext", boot.IsOtherNext);
        json.WriteEndObject();
    }

    private static void Attempt(Utf8JsonWriter json, UpdateAttempt attempt)
    {
        json.WriteStartObject("attempt");
        json.WriteString("fromVersion", attempt.FromVersion);
        json.WriteNumber("fromCounter", attempt.FromCounter);
        json.WriteString("targetSlot", attempt.TargetSlot);
        json.WriteString("markedInBoot", attempt.MarkedInBoot);
        json.WriteBoolean("switch", attempt.IsSwitch);
        json.WriteBoolean("resumed", attempt.IsResumed);
        json.WriteString("began", attempt.Began.ToUniversalTime());
        json.WriteBoolean("interactive", attempt.Wish.IsInteractive);
        json.WriteBoolean("lookOnly", attempt.Wish.IsLookOnly);
        json.WriteBoolean("downgradeAllowed", attempt.Wish.IsDowngradeAllowed);
        json.WriteBoolean("badAccepted", attempt.Wish.IsBadAccepted);
        if (attempt.Offer is { } offer)
        {
            json.WriteStartObject("offer");
            json.WriteString("version", offer.Version);
            json.WriteNumber("size", offer.Size);
            json.WriteString("sha256", offer.Sha256);
            json.WriteBoolean("delta", offer.IsDelta);
            json.WriteBoolean("backoffOff", offer.IsBackoffOff);
            json.WriteNumber("maxFailuresPerUrl", offer.MaxFailuresPerUrl);
            json.WriteBoolean("fromOperator", offer.IsFromOperator);
            json.WriteStartArray("urls");
            foreach (string url in offer.Urls)
                json.WriteStringValue(url);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (attempt.Release is { } release)
        {
            json.WriteStartObject("release");
            json.WriteString("version", release.Version);
            json.WriteNumber("counter", release.Counter);
            json.WriteNumber("minimumCounter", release.MinimumCounter);
            Time(json, "expires", release.Expires);
            json.WriteString("board", release.Board);
            json.WriteString("appId", release.AppId);
            json.WriteString("payloadId", release.PayloadId);
            json.WriteBoolean("olderThanRunning", release.IsOlderThanRunning);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Payload(Utf8JsonWriter json, PayloadStanding payload)
    {
        json.WriteStartObject("payload");
        json.WriteString("signature", payload.Signature);
        json.WriteNumber("attempts", payload.Attempts);
        json.WriteNumber("urlIndex", payload.UrlIndex);
        json.WriteNumber("urlFailures", payload.UrlFailures);
        Time(json, "backoffUntil", payload.BackoffUntil);
        json.WriteNumber("deltaFailures", payload.DeltaFailures);
        json.WriteString("checkpointOf", payload.CheckpointOf);
        json.WriteNumber("resumeFailures", payload.ResumeFailures);
        json.WriteEndObject();
    }

    private static void Gate(Utf8JsonWriter json, GateState gate)
    {
        json.WriteStartObject("gate");
        json.WriteNumber("sinceMs", (long)gate.Since.TotalMilliseconds);
        json.WriteNumber("starts", gate.Starts);
        json.WriteString("verdict", StateNames.Verdicts[(int)gate.Verdict.Kind]);
        json.WriteString("why", gate.Verdict.Why);
        json.WriteNumber("failedRollbacks", gate.FailedRollbacks);
        if (gate.Before is { } before)
        {
            json.WriteStartArray("before");
            foreach (HealthCheck check in before)
            {
                json.WriteStartObject();
                json.WriteString("name", check.Name);
                json.WriteString("kind", StateNames.CheckKinds[(int)check.Kind]);
                if (check.IsPassed is { } isPassed)
                    json.WriteBoolean("passed", isPassed);
                json.WriteString("detail", check.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Bad(Utf8JsonWriter json, BadVersion bad)
    {
        json.WriteStartObject();
        json.WriteString("version", bad.Version);
        json.WriteNumber("counter", bad.Counter);
        json.WriteString("payload", bad.Payload);
        json.WriteString("at", bad.At.ToUniversalTime());
        json.WriteNumber("strikes", bad.Strikes);
        json.WriteString("why", bad.Why);
        json.WriteEndObject();
    }

    private static void Event(Utf8JsonWriter json, UpdateEvent told)
    {
        json.WriteStartObject();
        json.WriteNumber("number", told.Number);
        json.WriteNumber("type", told.Type);
        json.WriteNumber("result", told.Result);
        json.WriteNumber("code", (int)told.Code);
        if (told.PreviousVersion is { } previous)
            json.WriteString("previousVersion", previous);
        json.WriteString("version", told.Version);
        json.WriteEndObject();
    }

    private static void History(Utf8JsonWriter json, HistoryEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("at", entry.At.ToUniversalTime());
        json.WriteString("from", entry.FromVersion);
        json.WriteString("to", entry.ToVersion);
        json.WriteNumber("code", (int)entry.Code);
        json.WriteString("text", entry.Text);
        json.WriteNumber("times", entry.Times);
        json.WriteEndObject();
    }
}
