using CoreNode.Platform.Processes;

namespace CoreNode.Runner.Settings;

/// <summary>Reads what processes run in (systemd.exec(5), systemd.resource-control(5)). Pure.</summary>
internal static class ExecSettingsReader
{
    private const string Service = "Service";
    private const int MostShares = 1_000_000;

    private static readonly string[] s_limits =
    [
        "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NOFILE", "AS", "NPROC", "MEMLOCK", "LOCKS", "SIGPENDING",
        "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
    ];

    /// <summary>Reads it.</summary>
    public static ExecSettings Read(OptionReader reader, HostFacts host)
    {
        ExecSettings defaults = new();
        string folder = reader.Text(Service, "WorkingDirectory");
        bool isOptional = folder.StartsWith('-');
        OutputTarget output = Output(reader, "StandardOutput", OutputTarget.Journal);
        string memoryKey = reader.Text(Service, "MemoryMax").Length > 0 ? "MemoryMax" : "MemoryLimit";
        return defaults with
        {
            Environment = Environment(reader),
            EnvironmentFiles = Files(reader),
            UnsetEnvironment = reader.WordList(Service, "UnsetEnvironment"),
            PassEnvironment = reader.WordList(Service, "PassEnvironment"),
            WorkingDirectory = isOptional ? folder[1..] : folder,
            IsWorkingDirectoryOptional = isOptional,
            User = reader.Text(Service, "User"),
            Group = reader.Text(Service, "Group"),
            SupplementaryGroups = reader.WordList(Service, "SupplementaryGroups"),
            FileMask = reader.Octal(Service, "UMask", defaults.FileMask),
            Nice = reader.Number(Service, "Nice", -20, 19),
            OutOfMemoryScore = reader.Number(Service, "OOMScoreAdjust", -1000, 1000),
            IgnoresPipeSignal = reader.Flag(Service, "IgnoreSIGPIPE", true),
            Limits = Limits(reader),
            Output = output.Kind == OutputKind.Inherit ? OutputTarget.Journal : output,
            Error = Output(reader, "StandardError", defaults.Error),
            InputFile = Input(reader),
            Identifier = reader.Text(Service, "SyslogIdentifier"),
            HasLevelPrefixes = reader.Flag(Service, "SyslogLevelPrefix", true),
            Folders = Folders(reader),
            MemoryMax = reader.Bytes(Service, memoryKey, host.MemoryBytes),
            ProcessorMillis = Quota(reader),
            TasksMax = Tasks(reader),
        };
    }

    private static List<KeyValuePair<string, string>> Environment(OptionReader reader)
    {
        List<KeyValuePair<string, string>> found = [];
        foreach (string line in reader.Values(Service, "Environment"))
            found.AddRange(EnvironmentText.Assignments(line, reader.Specifiers));
        return found;
    }

    private static List<string> Files(OptionReader reader)
    {
        List<string> files = [];
        foreach (string line in reader.Values(Service, "EnvironmentFile"))
            files.Add(reader.Specifiers.Resolve(line.Trim()));
        return files;
    }

    private static string Input(OptionReader reader)
    {
        string text = reader.Text(Service, "StandardInput");
        if (text.StartsWith("file:", StringComparison.Ordinal))
            return text[5..];
        if (text is not ("" or "null"))
            reader.Note($"[{Service}] StandardInput={text} is not done by the embedded runner: it reads nothing");
        return "";
    }

    private static OutputTarget Output(OptionReader reader, string key, OutputTarget otherwise)
    {
        string text = reader.Text(Service, key);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string path = colon < 0 ? "" : text[(colon + 1)..];
        switch (colon < 0 ? text : text[..colon])
        {
            case "":
                return otherwise;
            case "null":
                return OutputTarget.Null;
            case "journal" or "journal+console" or "kmsg" or "kmsg+console" or "syslog" or "syslog+console":
                return OutputTarget.Journal;
            case "inherit":
                return new OutputTarget(OutputKind.Inherit, "");
            case "file" when path.StartsWith('/'):
                return new OutputTarget(OutputKind.File, path);
            case "append" when path.StartsWith('/'):
                return new OutputTarget(OutputKind.Append, path);
            case "truncate" when path.StartsWith('/'):
                return new OutputTarget(OutputKind.Truncate, path);
            default:
                reader.Note($"[{Service}] {key}={text} is not done by the embedded runner: it goes to the journal");
                return OutputTarget.Journal;
        }
    }

    private static List<ResourceLimit> Limits(OptionReader reader)
    {
        List<ResourceLimit> limits = [];
        foreach (string name in s_limits)
        {
            string key = "Limit" + name;
            string text = reader.Text(Service, key);
            if (text.Length == 0)
                continue;
            string[] parts = text.Split(':', 2);
            ulong? soft = Limit(name, parts[0]);
            ulong? hard = Limit(name, parts[^1]);
            if (soft is null || hard is null || LaunchSteps.LimitNumber(name) is null)
                reader.Bad(Service, key, text);
            else
                limits.Add(new ResourceLimit(name, soft.Value, hard.Value));
        }

        return limits;
    }

    private static ulong? Limit(string name, string text)
    {
        if (text == "infinity")
            return ulong.MaxValue;
        if (name is not ("CPU" or "RTTIME"))
            return OptionReader.Size(text);
        // Processor time in seconds, real time in microseconds.
        bool isReal = name == "RTTIME";
        return TimeSpanText.Parse(text, isReal ? 1e-6 : 1) is { } span
            ? (ulong)(isReal ? span.TotalMicroseconds : Math.Ceiling(span.TotalSeconds))
            : null;
    }

    private static int? Quota(OptionReader reader)
    {
        string text = reader.Text(Service, "CPUQuota");
        if (text.Length == 0)
            return null;
        if (OptionReader.Share(text) is { } share && share > 0 && share < MostShares)
            return Math.Max(1, (int)Math.Round(share * 1000));
        reader.Bad(Service, "CPUQuota", text);
        return null;
    }

    private static long? Tasks(OptionReader reader)
    {
        string text = reader.Text(Service, "TasksMax");
        if (text.Length == 0 || text == "infinity")
            return null;
        if (OptionReader.Size(text) is { } tasks && tasks is > 0 and < long.MaxValue)
            return (long)tasks;
        reader.Bad(Service, "TasksMax", text);
        return null;
    }

    private static List<OwnFolder> Folders(OptionReader reader)
    {
        List<OwnFolder> folders = [];
        bool isKept = reader.Text(Service, "RuntimeDirectoryPreserve") is "yes" or "true" or "1" or "on" or "restart";
        foreach ((string key, string variable, string root) in Roots())
        {
            int mode = reader.Octal(Service, key + "Mode", 0x1ED); // 0755
            foreach (string name in reader.WordList(Service, key))
            {
                if (name.StartsWith('/') || name.Split('/').Contains(".."))
                    reader.Bad(Service, key, name);
                else
                    folders.Add(new OwnFolder(variable, $"{root}/{name}", mode, variable[0] == 'R' && !isKept));
            }
        }

        return folders;
    }

    private static (string Key, string Variable, string Root)[] Roots() =>
    [
        ("RuntimeDirectory", "RUNTIME_DIRECTORY", "/run"),
        ("StateDirectory", "STATE_DIRECTORY", "/var/lib"),
        ("CacheDirectory", "CACHE_DIRECTORY", "/var/cache"),
        ("LogsDirectory", "LOGS_DIRECTORY", "/var/log"),
        ("ConfigurationDirectory", "CONFIGURATION_DIRECTORY", "/etc"),
    ];
}
