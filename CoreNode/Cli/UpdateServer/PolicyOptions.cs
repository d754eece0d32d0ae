using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace CoreNode.Cli.UpdateServer;

/// <summary>
/// A group's policy as options. Only what is said is sent, so that the rest stays as it is; what makes no sense beyond
/// its form is told by the server.
/// </summary>
internal sealed class PolicyOptions
{
    private const string Nothing = "none";

    private readonly Option<string?> _enabled = Text("--updates", "on|off", "whether the group gets updates at all");
    private readonly Option<string?> _waves = Text(
        "--wave", "SHARE:TIME,…",
        "shares of the group, each from a time after the release on: 5%:0h,25%:24h,100%:72h; \"none\" for all at once");
    private readonly Option<string?> _maxPerPeriod = Text(
        "--max-per-period", "N/TIME", "most machines that begin in a period: 200/1h; \"none\" for no limit");
    private readonly Option<string?> _maxAtATime = Text(
        "--max-at-a-time", "N", "most machines that fetch and install at once; \"none\" for no limit");
    private readonly Option<string[]> _windows = new("--window")
    {
        Description = "when machines may begin: \"Mon-Fri 02:00 4h\", \"daily 22:30 90m\"; several by repeating it; "
            + "\"none\" for always",
        HelpName = "WINDOW",
    };
    private readonly Option<string?> _timeZone = Text(
        "--timezone", "NAME", "whose clock the windows mean, such as Europe/Berlin");
    private readonly Option<string?> _firstAlone = Text(
        "--first-alone", "on|off", "one machine first, the others once it runs the version");
    private readonly Option<string?> _errorStop = Text(
        "--error-stop", "SHARE/N",
        "stop when more than that share of the machines that ended failed, and at least N: 5%/20; \"none\" for never");
    private readonly Option<string?> _grantTimeout = Text(
        "--grant-timeout", "TIME", "a machine that shows no progress for so long gives its place away");
    private readonly Option<string?> _forgetAfter = Text(
        "--forget-after", "TIME", "a machine that is silent for so long is forgotten; \"none\" for never");
    private readonly Option<string?> _poll = Text(
        "--poll-interval", "TIME", "how often machines are to ask; \"none\" for as they like");

    /// <summary>All of them, in the order of help.</summary>
    public IReadOnlyList<Option> All =>
    [
        _enabled, _waves, _maxPerPeriod, _maxAtATime, _windows, _timeZone, _firstAlone, _errorStop, _grantTimeout,
        _forgetAfter, _poll,
    ];

    /// <summary>True if something is said.</summary>
    public bool AreGiven(ParseResult parsed)
    {
        foreach (Option one in All)
        {
            if (parsed.GetResult(one) is not null)
                return true;
        }

        return false;
    }

    /// <summary>Writes what is said as the member "policy".</summary>
    public void Write(Utf8JsonWriter json, ParseResult parsed)
    {
        if (!AreGiven(parsed))
            return;
        json.WriteStartObject("policy");
        Switch(json, "enabled", "--updates", parsed.GetValue(_enabled));
        if (parsed.GetValue(_waves) is { } waves)
            WriteWaves(json, waves);
        if (parsed.GetValue(_maxPerPeriod) is { } perPeriod)
            WritePerPeriod(json, perPeriod);
        if (parsed.GetValue(_maxAtATime) is { } atATime)
            NumberOrNull(json, "maxAtATime", "--max-at-a-time", atATime);
        if (parsed.GetResult(_windows) is not null)
            WriteWindows(json, parsed.GetValue(_windows) ?? []);
        json.WriteIf("timeZone", parsed.GetValue(_timeZone));
        Switch(json, "firstAlone", "--first-alone", parsed.GetValue(_firstAlone));
        if (parsed.GetValue(_errorStop) is { } stop)
            WriteErrorStop(json, stop);
        json.WriteIf("grantTimeout", parsed.GetValue(_grantTimeout));
        TextOrNull(json, "forgetAfter", parsed.GetValue(_forgetAfter));
        TextOrNull(json, "pollInterval", parsed.GetValue(_poll));
        json.WriteEndObject();
    }

    /// <summary>Reads "5%" or "5".</summary>
    public static double Percent(string option, string text)
    {
        string number = text.EndsWith('%') ? text[..^1] : text;
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent)
            && percent is >= 0 and <= 100
            ? percent
            : throw new UsageException($"{option}: '{text}' is no share such as 5%");
    }

    private static void WriteWaves(Utf8JsonWriter json, string text)
    {
        json.WriteStartArray("waves");
        foreach (string wave in Parts(text))
        {
            string[] parts = wave.Split(':');
            if (parts.Length != 2 || parts[1].Length == 0)
                throw new UsageException($"--wave: '{wave}' is no share with its time, such as 25%:24h");
            json.WriteStartObject();
            json.WriteNumber("percent", Percent("--wave", parts[0]));
            json.WriteString("after", parts[1]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteWindows(Utf8JsonWriter json, string[] windows)
    {
        json.WriteStartArray("windows");
        foreach (string window in windows)
        {
            if (window != Nothing)
                json.WriteStringValue(window);
        }

        json.WriteEndArray();
    }

    private static void WritePerPeriod(Utf8JsonWriter json, string text)
    {
        string[] parts = text.Split('/');
        NumberOrNull(json, "maxPerPeriod", "--max-per-period", parts[0]);
        if (parts.Length > 2 || (parts.Length == 2 && (parts[1].Length == 0 || parts[0] == Nothing)))
            throw new UsageException($"--max-per-period: '{text}' is no number in a time, such as 200/1h");
        if (parts.Length == 2)
            json.WriteString("period", parts[1]);
    }

    private static void WriteErrorStop(Utf8JsonWriter json, string text)
    {
        if (text == Nothing)
        {
            json.WriteNull("errorStop");
            return;
        }

        string[] parts = text.Split('/');
        json.WriteStartObject("errorStop");
        json.WriteNumber("share", Percent("--error-stop", parts[0]) / 100);
        json.WriteNumber("atLeast", parts.Length switch
        {
            1 => 1,
            2 => Whole("--error-stop", parts[1]),
            _ => throw new UsageException($"--error-stop: '{text}' is no share with a number, such as 5%/20"),
        });
        json.WriteEndObject();
    }

    private static void Switch(Utf8JsonWriter json, string name, string option, string? text)
    {
        if (text is null)
            return;
        json.WriteBoolean(name, text switch
        {
            "on" or "true" or "yes" => true,
            "off" or "false" or "no" => false,
            _ => throw new UsageException($"{option}: say on or off, not '{text}'"),
        });
    }

    private static void TextOrNull(Utf8JsonWriter json, string name, string? text)
    {
        if (text == Nothing)
            json.WriteNull(name);
        else
            json.WriteIf(name, text);
    }

    private static void NumberOrNull(Utf8JsonWriter json, string name, string option, string text)
    {
        if (text == Nothing)
            json.WriteNull(name);
        else
            json.WriteNumber(name, Whole(option, text));
    }

    private static int Whole(string option, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new UsageException($"{option}: '{text}' is no whole number");

    private static string[] Parts(string text) => text == Nothing
        ? []
        : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
