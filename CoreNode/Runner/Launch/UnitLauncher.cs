using System.Globalization;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Settings;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Launch;

/// <summary>
/// The hidden command `exec-unit`: this executable as the process that sets itself up and becomes a unit's. It reads
/// what it is told from descriptor 3, says on 5 that it is in its control group, waits on 4 for the go-ahead (so that
/// the runner has written down its pid; without one it ends), and executes. Its errors go to the unit's journal, its
/// exit codes are systemd's (200 to 243). 6 is the unit's journal.
/// </summary>
public static class UnitLauncher
{
    /// <summary>Name of the command.</summary>
    public const string Command = "exec-unit";

    internal const int SpecDescriptor = 3;
    internal const int GoDescriptor = 4;
    internal const int StatusDescriptor = 5;
    internal const int JournalDescriptor = 6;
    internal const string Joined = "J";
    internal const string Failed = "F";

    private const int NoGoAhead = 255;
    private const int TooLate = 243;
    private const int NewFolderMode = 0x1ED; // 0755
    private static readonly string[] s_search =
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>Becomes the process; returns an exit code only if that is not possible.</summary>
    public static int Run()
    {
        LaunchSpec spec;
        try
        {
            for (int descriptor = SpecDescriptor; descriptor <= JournalDescriptor; descriptor++)
                LaunchSteps.CloseOnExecute(descriptor);
            using FileStream stream = new(new SafeFileHandle(SpecDescriptor, ownsHandle: true), FileAccess.Read);
            spec = LaunchSpec.Read(stream);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            LaunchSteps.Write(2, $"exec-unit is started by the node itself only: {fault.Message}\n");
            return 1;
        }

        if (!Join(spec.JoinFirst))
            return ExitCodes.ControlGroup;
        LaunchSteps.Write(StatusDescriptor, Joined);
        if (!LaunchSteps.WaitForByte(GoDescriptor))
            return NoGoAhead;
        int code;
        try
        {
            code = Execute(spec);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            code = Fail(ExitCodes.Execute, fault.Message);
        }

        LaunchSteps.Write(StatusDescriptor, Failed);
        return code;
    }

    private static int Execute(LaunchSpec spec)
    {
        if (spec.WentFile.Length > 0)
            File.WriteAllBytes(spec.WentFile, []);
        UserAccount? user = spec.User.Length > 0 ? UserAccount.Find(spec.User) : null;
        if (spec.User.Length > 0 && user is null)
            return Fail(ExitCodes.User, $"there is no user {spec.User} (User=)");
        if (FindGroups(spec, user) is not { } groups)
            return ExitCodes.Group;
        if (Redirect(spec) is { } streamFault)
            return streamFault;
        if (Restrict(spec) is { } limitFault)
            return limitFault;
        Dictionary<string, string> environment = Environment(spec, user);
        if (MakeFolders(spec, user, groups[0]) is { } folderFault)
            return folderFault;
        if (Find(spec.Command.Path) is not { } path)
            return Fail(ExitCodes.Execute, $"there is no executable {spec.Command.Path}");
        IReadOnlyList<string> arguments = CommandLines.Expand(spec.Command, environment);
        if (!Join(spec.JoinLast))
            return ExitCodes.ControlGroup;
        if ((user is not null || spec.Group.Length > 0)
            && !LaunchSteps.SetUser(user?.Id ?? 0, groups[0], groups))
        {
            return Fail(ExitCodes.User, $"the user cannot be changed to {spec.User}: {LaunchSteps.LastError}");
        }

        if (ChangeFolder(spec, user) is { } changeFault)
            return changeFault;
        List<string> assignments = [];
        foreach ((string name, string value) in environment)
            assignments.Add($"{name}={value}");
        // It is in its group, which is killed at that moment: whoever gets here before it is found there.
        if (spec.NotAfter is { } moment && Platform.BootClock.Now(Platform.BootClock.Instance) >= moment)
            return Fail(TooLate, "the moment is over until which it was allowed to start (its machine's lease)");
        LaunchSteps.CloseAllOnExecute();
        LaunchSteps.Execute(path, arguments, assignments, spec.IgnoresPipeSignal);
        return Fail(ExitCodes.Execute, $"{path} cannot be executed: {LaunchSteps.LastError}");
    }

    // The main group first, then all that the process is in.
    private static uint[]? FindGroups(LaunchSpec spec, UserAccount? user)
    {
        List<uint> groups = [user?.Group ?? 0];
        if (user is not null)
            groups.AddRange(user.Groups());
        foreach (string name in (string[])[spec.Group, .. spec.SupplementaryGroups])
        {
            if (name.Length == 0)
                continue;
            uint? found = uint.TryParse(name, CultureInfo.InvariantCulture, out uint number)
                ? number
                : Platform.Accounts.FindGroup(name);
            if (found is not { } group)
            {
                Fail(ExitCodes.Group, $"there is no group {name} (Group=, SupplementaryGroups=)");
                return null;
            }

            if (name == spec.Group)
                groups[0] = group;
            groups.Add(group);
        }

        return [.. groups];
    }

    private static int? Redirect(LaunchSpec spec)
    {
        const int input = 0;
        const int output = 1;
        const int error = 2;
        if (spec.InputFile.Length > 0)
        {
            using SafeFileHandle file = Descriptors.OpenForReading(spec.InputFile);
            if (!LaunchSteps.Place((int)file.DangerousGetHandle(), input))
                return Fail(ExitCodes.StandardInput, $"standard input: {LaunchSteps.LastError}");
        }

        if (!Connect(spec.Output, output))
            return Fail(ExitCodes.StandardOutput, $"standard output: {LaunchSteps.LastError}");
        if (spec.Error.Kind == OutputKind.Inherit)
            return LaunchSteps.Place(output, error) ? null : ExitCodes.StandardError;
        return Connect(spec.Error, error) ? null : ExitCodes.StandardError;
    }

    private static bool Connect(OutputTarget target, int descriptor)
    {
        if (target.Kind is OutputKind.Journal or OutputKind.Inherit)
            return LaunchSteps.Place(JournalDescriptor, descriptor);
        using SafeFileHandle file = target.Kind switch
        {
            OutputKind.Null => Descriptors.OpenForAppending("/dev/null"),
            OutputKind.Append => Descriptors.OpenForAppending(target.Path),
            _ => Descriptors.OpenForWriting(target.Path, empties: target.Kind == OutputKind.Truncate),
        };
        return LaunchSteps.Place((int)file.DangerousGetHandle(), descriptor);
    }

    private static int? Restrict(LaunchSpec spec)
    {
        LaunchSteps.SetFileMask((uint)spec.FileMask);
        if (spec.Nice is { } nice && !LaunchSteps.SetNice(nice))
            return Fail(ExitCodes.Nice, $"Nice={nice} is refused: {LaunchSteps.LastError}");
        if (spec.OutOfMemoryScore is { } score)
            TryWrite("/proc/self/oom_score_adj", score.ToString(CultureInfo.InvariantCulture));
        foreach (ResourceLimit limit in spec.Limits)
        {
            if (LaunchSteps.LimitNumber(limit.Name) is { } number
                && !LaunchSteps.SetLimit(number, limit.Soft, limit.Hard))
            {
                Say($"Limit{limit.Name}= is only set as far as this node may raise it");
            }
        }

        return null;
    }

    private static Dictionary<string, string> Environment(LaunchSpec spec, UserAccount? user)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        if (user is not null)
        {
            environment["HOME"] = user.Home;
            environment["USER"] = user.Name;
            environment["LOGNAME"] = user.Name;
            environment["SHELL"] = user.Shell;
        }

        string pid = System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        environment["SYSTEMD_EXEC_PID"] = pid;
        if (spec.HasWatchdog)
            environment["WATCHDOG_PID"] = pid;
        foreach ((string name, string value) in spec.Environment)
            environment[name] = value;
        foreach (string unset in spec.UnsetEnvironment)
        {
            string name = unset.Split('=', 2)[0];
            if (unset == name || (environment.TryGetValue(name, out string? value) && unset == $"{name}={value}"))
                environment.Remove(name);
        }

        return environment;
    }

    private static int? MakeFolders(LaunchSpec spec, UserAccount? user, uint group)
    {
        foreach (OwnFolder folder in spec.Folders)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(folder.Path)!, (UnixFileMode)NewFolderMode);
                Directory.CreateDirectory(folder.Path);
                File.SetUnixFileMode(folder.Path, (UnixFileMode)folder.Mode);
                Platform.Accounts.Give(folder.Path, user?.Id ?? 0, group);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                return Fail(ExitCodes.RuntimeDirectory, $"{folder.Path} cannot be made: {fault.Message}");
            }
        }

        return null;
    }

    private static int? ChangeFolder(LaunchSpec spec, UserAccount? user)
    {
        string folder = spec.WorkingDirectory switch
        {
            "" => "/",
            "~" => user?.Home ?? System.Environment.GetEnvironmentVariable("HOME") ?? "/root",
            _ => spec.WorkingDirectory,
        };
        if (LaunchSteps.ChangeFolder(folder))
            return null;
        string reason = LaunchSteps.LastError;
        if (spec.IsWorkingDirectoryOptional && LaunchSteps.ChangeFolder("/"))
            return null;
        return Fail(ExitCodes.ChangeFolder, $"WorkingDirectory={folder}: {reason}");
    }

    private static string? Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
            return program;
        foreach (string folder in s_search)
        {
            string path = $"{folder}/{program}";
            if (File.Exists(path))
                return path;
        }

        return null;
    }

    private static bool Join(IReadOnlyList<string> files)
    {
        foreach (string file in files)
        {
            if (TryWrite(file, "0") is { } reason)
            {
                Say($"the control group cannot be entered: {file}: {reason}");
                return false;
            }
        }

        return true;
    }

    private static string? TryWrite(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private static int Fail(int code, string text)
    {
        Say(text);
        return code;
    }

    private static void Say(string text) => LaunchSteps.Write(JournalDescriptor, $"<3>{text}\n");
}
