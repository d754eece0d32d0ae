using System.Text.Json;
using CoreNode.Windows;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// Policies as JSON, for people and for the catalogue (docs/update-server.md). Strict: a key that is not known is a
/// fault, because a limit that was misspelt would be none.
/// </summary>
public static class PolicyCodec
{
    /// <summary>Writes all of it.</summary>
    public static void Write(Utf8JsonWriter json, RolloutPolicy policy)
    {
        json.WriteStartObject();
        json.WriteBoolean("enabled", policy.IsEnabled);
        json.WriteStartArray("waves");
        foreach (RolloutWave wave in policy.Waves)
        {
            json.WriteStartObject();
            json.WriteNumber("percent", wave.Percent);
            json.WriteString("after", DurationText.Format(wave.After));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteNumber(json, "maxPerPeriod", policy.MaxPerPeriod);
        json.WriteString("period", DurationText.Format(policy.Period));
        WriteNumber(json, "maxAtATime", policy.MaxAtATime);
        json.WriteStartArray("windows");
        foreach (MaintenanceWindow window in policy.Windows)
            json.WriteStringValue(WindowText.Format(window));
        json.WriteEndArray();
        json.WriteString("timeZone", policy.TimeZone);
        json.WriteBoolean("firstAlone", policy.IsFirstAlone);
        if (policy.ErrorStop is { } stop)
        {
            json.WriteStartObject("errorStop");
            json.WriteNumber("share", stop.Share);
            json.WriteNumber("atLeast", stop.AtLeast);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("errorStop");
        }

        json.WriteString("grantTimeout", DurationText.Format(policy.GrantTimeout));
        WriteDuration(json, "forgetAfter", policy.ForgetAfter);
        WriteDuration(json, "pollInterval", policy.PollInterval);
        json.WriteEndObject();
    }

    /// <summary>Reads one. What is wrong, and where, is in the faults; then there is no policy.</summary>
    /// <param name="json">An object.</param>
    /// <param name="faults">Takes complaints.</param>
    /// <param name="known">What is left out is as in this one; null: as in a new policy.</param>
    public static RolloutPolicy? Read(JsonElement json, List<string> faults, RolloutPolicy? known = null)
    {
        int before = faults.Count;
        RolloutPolicy policy = known ?? new RolloutPolicy();
        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Add("a policy is a JSON object");
            return null;
        }

        foreach (JsonProperty property in json.EnumerateObject())
        {
            PolicyValue value = new(property.Name, property.Value, faults);
            policy = With(policy, value);
        }

        if (faults.Count == before)
            faults.AddRange(PolicyRules.Check(policy));
        return faults.Count == before ? policy : null;
    }

    private static RolloutPolicy With(RolloutPolicy policy, PolicyValue value)
    {
        switch (value.Name)
        {
            case "enabled":
                return policy with { IsEnabled = value.Flag(policy.IsEnabled) };
            case "waves":
                return policy with { Waves = Waves(value) };
            case "maxPerPeriod":
                return policy with { MaxPerPeriod = value.IsNull ? null : value.Whole() };
            case "period":
                return policy with { Period = value.Duration() };
            case "maxAtATime":
                return policy with { MaxAtATime = value.IsNull ? null : value.Whole() };
            case "windows":
                return policy with { Windows = Windows(value) };
            case "timeZone":
                return policy with { TimeZone = value.Text() };
            case "firstAlone":
                return policy with { IsFirstAlone = value.Flag(policy.IsFirstAlone) };
            case "errorStop":
                return policy with { ErrorStop = value.IsNull ? null : Stop(value) };
            case "grantTimeout":
                return policy with { GrantTimeout = value.Duration() };
            case "forgetAfter":
                return policy with { ForgetAfter = value.IsNull ? null : value.Duration() };
            case "pollInterval":
                return policy with { PollInterval = value.IsNull ? null : value.Duration() };
            default:
                value.IsUnknown();
                return policy;
        }
    }

    private static List<RolloutWave> Waves(PolicyValue value)
    {
        List<RolloutWave> waves = [];
        foreach (PolicyValue item in value.Items())
        {
            RolloutWave wave = new(0, TimeSpan.Zero);
            foreach (PolicyValue part in item.Parts())
            {
                if (part.Name.EndsWith(".percent", StringComparison.Ordinal))
                    wave = wave with { Percent = part.Number() };
                else if (part.Name.EndsWith(".after", StringComparison.Ordinal))
                    wave = wave with { After = part.Duration() };
                else
                    part.IsUnknown();
            }

            waves.Add(wave);
        }

        return waves;
    }

    private static List<MaintenanceWindow> Windows(PolicyValue value)
    {
        List<MaintenanceWindow> windows = [];
        foreach (PolicyValue item in value.Items())
        {
            if (WindowText.Parse(item.Text()) is { } window)
                windows.Add(window);
            else
                item.IsWrong("a window, as \"Mon-Fri 02:00 4h\"");
        }

        return windows;
    }

    private static ErrorStop Stop(PolicyValue value)
    {
        ErrorStop stop = new(0);
        foreach (PolicyValue part in value.Parts())
        {
            if (part.Name == "errorStop.share")
                stop = stop with { Share = part.Number() };
            else if (part.Name == "errorStop.atLeast")
                stop = stop with { AtLeast = part.Whole() };
            else
                part.IsUnknown();
        }

        return stop;
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static void WriteDuration(Utf8JsonWriter json, string name, TimeSpan? value)
    {
        if (value is { } duration)
            json.WriteString(name, DurationText.Format(duration));
        else
            json.WriteNull(name);
    }
}
