using CoreNode.Foundation;

namespace CoreNode.Units.Model;

/// <summary>
/// What systemd would refuse or overlook in a unit, found before it is on a machine. Not all that systemd checks: what
/// people get wrong.
/// </summary>
internal static class SystemdChecks
{
    private static readonly string[] s_serviceTypes =
        ["simple", "exec", "forking", "oneshot", "dbus", "notify", "notify-reload", "idle"];

    private static readonly string[] s_restarts =
        ["no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"];

    private static readonly string[] s_killModes = ["control-group", "mixed", "process", "none"];

    private static readonly string[] s_shellWords = [" && ", " || ", " | ", " > ", " >> ", " < ", " & "];

    private static readonly string[] s_execKeys =
    [
        "ExecStart", "ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost", "ExecCondition",
        "ExecStopPre",
    ];

    // Specifiers of systemd.unit(5).
    private const string Specifiers = "aAbBCdDEfgGhHiIjJlLmMnNopPqsStTuUvVwWyY%";

    /// <summary>Adds what it finds.</summary>
    public static void Check(UnitName name, UnitFile file, List<UnitProblem> problems)
    {
        for (int i = 0; i < file.Options.Count; i++)
        {
            UnitOption option = file.Options[i];
            if (option.Section.StartsWith("X-", StringComparison.Ordinal))
            {
                if (option.Section == UnitRequirements.Section)
                    UnitNameChecks.OfFleet(option, file.LineOf(i), problems);
                else if (NearestWord.Of(option.Section, [UnitRequirements.Section]) is { } meant)
                    Warn(problems, file.LineOf(i), $"[{option.Section}] means nothing; did you mean [{meant}]?");
                continue;
            }

            Keys(option, file.LineOf(i), problems);
            Specifier(option, file.LineOf(i), problems);
            if (option.Section == "Service")
                Service(option, file.LineOf(i), problems);
            else if (option.Section is "Unit" or "Install")
                UnitNameChecks.OfSystemd(option, file.LineOf(i), problems);
        }

        SectionOf(name, file, problems);
        if (name.Type == "service")
            Commands(file, problems);
    }

    private static void Keys(UnitOption option, int line, List<UnitProblem> problems)
    {
        bool isEmptyKind = option.Section is "Device" or "Target" or "Snapshot";
        if (!isEmptyKind && !SystemdKeys.IsSection(option.Section))
            Warn(
                problems,
                line,
                $"systemd knows no section [{option.Section}]: it skips {option.Name}="
                + Meant(SystemdKeys.NearestSection(option.Section), "[", "]"));
        else if (isEmptyKind || !SystemdKeys.IsKey(option.Section, option.Name))
            Warn(
                problems, line, $"systemd knows no {option.Name}= in [{option.Section}]{Advice(option)}");
    }

    private static string Advice(UnitOption option)
    {
        string? home = SystemdKeys.HomeOf(option.Name);
        if (home is not null)
            return $"; it belongs into [{home}]";
        if (UnitVerifier.IsFleetKey(option.Name))
            return $"; it belongs into [{UnitRequirements.Section}]";
        return Meant(SystemdKeys.NearestKey(option.Section, option.Name), "", "=");
    }

    private static string Meant(string? word, string before, string behind) =>
        word is null ? "" : $"; did you mean {before}{word}{behind}?";

    private static void Specifier(UnitOption option, int line, List<UnitProblem> problems)
    {
        string value = option.Value;
        for (int i = value.IndexOf('%', StringComparison.Ordinal); i >= 0 && i + 1 < value.Length;
            i = i + 2 < value.Length ? value.IndexOf('%', i + 2) : -1)
        {
            char letter = value[i + 1];
            if (Specifiers.Contains(letter, StringComparison.Ordinal))
                continue;
            if (char.IsAsciiLetter(letter))
                Warn(problems, line, $"{option.Name}: systemd knows no specifier %{letter}; a percent sign is %%");
        }
    }

    private static void Service(UnitOption option, int line, List<UnitProblem> problems)
    {
        if (option.Value.Length == 0)
            return;
        if (option.Name == "Type" && Array.IndexOf(s_serviceTypes, option.Value) < 0)
            Complain(
                problems,
                line,
                $"Type={option.Value} is no service type"
                + Meant(NearestWord.Of(option.Value, s_serviceTypes), "Type=", ""));
        if (option.Name == "Restart" && Array.IndexOf(s_restarts, option.Value) < 0)
            Complain(problems, line, $"Restart={option.Value}: write no, always or on-failure");
        if (option.Name == "KillMode" && Array.IndexOf(s_killModes, option.Value) < 0)
            Complain(problems, line, $"KillMode={option.Value}: write control-group, mixed, process or none");
        if (option.Name is "WorkingDirectory" or "EnvironmentFile"
            && option.Value.TrimStart('-') is not ['/' or '~' or '%', ..])
            Warn(problems, line, $"{option.Name}={option.Value} is no absolute path: systemd skips it");
        if (option.Name == "Environment" && !AreQuotesClosed(option.JoinedValue))
            Warn(problems, line, "Environment: a quote is not closed: systemd skips it");
        if (option.Name.EndsWith("Sec", StringComparison.Ordinal) && option.Name is "TimeoutStartSec"
                or "TimeoutStopSec" or "TimeoutSec" or "RestartSec" or "RuntimeMaxSec" or "WatchdogSec"
            && !UnitWords.TryDuration(option.JoinedValue, out _))
            Complain(problems, line, $"{option.Name}={option.Value} is no time: write 90, 1min 30s or infinity");
        if (Array.IndexOf(s_execKeys, option.Name) >= 0)
            Command(option, line, problems);
    }

    private static void Command(UnitOption option, int line, List<UnitProblem> problems)
    {
        string command = option.JoinedValue.TrimStart('@', '-', ':', '+', '!', '|').TrimStart();
        string program = command.Split(' ', '\t')[0].Trim('"', '\'');
        if (program.Length == 0)
            Complain(problems, line, $"{option.Name}= names no program");
        else if (program[0] is not ('/' or '%' or '$'))
            Complain(problems, line, $"{option.Name}: \"{program}\" is no absolute path");
        else if (program[^1] == '/')
            Complain(problems, line, $"{option.Name}: \"{program}\" is a folder");
        if (!AreQuotesClosed(command))
            Complain(problems, line, $"{option.Name}: a quote is not closed");
        else if (Array.Find(s_shellWords, word => command.Contains(word, StringComparison.Ordinal)) is { } shell
            && command.AsSpan().IndexOfAny('"', '\'') < 0)
            Warn(
                problems,
                line,
                $"{option.Name}: no shell reads this:{shell}is an argument to {program}; write /bin/sh -c '...'");
    }

    private static bool AreQuotesClosed(string command)
    {
        char quote = '\0';
        for (int i = 0; i < command.Length; i++)
        {
            if (command[i] == '\\')
                i++;
            else if (quote == '\0' && command[i] is '"' or '\'' && (i == 0 || command[i - 1] is ' ' or '\t' or '='))
                quote = command[i];
            else if (command[i] == quote)
                quote = '\0';
        }

        return quote == '\0';
    }

    private static void SectionOf(UnitName name, UnitFile file, List<UnitProblem> problems)
    {
        string section = name.Type switch
        {
            "service" => "Service",
            "socket" => "Socket",
            "timer" => "Timer",
            "path" => "Path",
            "mount" => "Mount",
            "automount" => "Automount",
            "swap" => "Swap",
            _ => "",
        };
        if (section.Length > 0 && !file.HasSection(section))
            Complain(problems, 0, $"no [{section}] section, which a {name.Type} needs");
    }

    private static void Commands(UnitFile file, List<UnitProblem> problems)
    {
        if (!file.HasSection("Service"))
            return;
        int starts = file.Values("Service", "ExecStart").Count;
        string type = file.Value("Service", "Type") ?? "simple";
        bool mayDoWithout = type == "oneshot"
            && (file.Values("Service", "ExecStop").Count > 0 || file.Value("Unit", "SuccessAction") is not null);
        if (starts == 0 && !mayDoWithout)
            Complain(problems, 0, "no ExecStart= in [Service]: there is nothing to run");
        if (starts > 1 && type != "oneshot")
            Complain(problems, 0, $"{starts} ExecStart= lines: only Type=oneshot may have several");
        string restart = file.Value("Service", "Restart") ?? "no";
        if (type == "oneshot" && restart is ("always" or "on-success"))
            Complain(problems, 0, $"Restart={restart} cannot be used with Type=oneshot");
    }

    private static void Warn(List<UnitProblem> problems, int line, string message) =>
        problems.Add(new UnitProblem(line, message, IsError: false));

    private static void Complain(List<UnitProblem> problems, int line, string message) =>
        problems.Add(new UnitProblem(line, message, IsError: true));
}
