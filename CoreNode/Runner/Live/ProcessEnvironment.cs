using System.Globalization;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Live;

/// <summary>The variables of a unit's processes (systemd.exec(5), Environment).</summary>
internal static class ProcessEnvironment
{
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>All of them, those of files included; a later one counts.</summary>
    /// <exception cref="IOException">A file that must be there cannot be read; the message says which.</exception>
    public static List<KeyValuePair<string, string>> Of(LiveUnit unit, UnitAction.Spawn spawn, string mark)
    {
        UnitSettings settings = unit.Machine.Settings;
        MachineState state = unit.Machine.State;
        List<KeyValuePair<string, string>> found = [];
        Add(found, "PATH", SearchPath);
        Add(found, "LANG", Environment.GetEnvironmentVariable("LANG") ?? "C.UTF-8");
        foreach (string name in settings.Exec.PassEnvironment)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                Add(found, name, value);
        }

        foreach (KeyValuePair<string, string> pair in settings.Exec.Environment)
            found.Add(pair);
        foreach (string file in settings.Exec.EnvironmentFiles)
            AddFile(found, file);
        foreach ((string name, string value) in unit.Environment)
            Add(found, name, value);
        string[] own = mark.Split('=', 2);
        Add(found, own[0], own[1]);
        Add(found, "INVOCATION_ID", unit.InvocationId);
        if (unit.Notify is not null && MayNotify(settings.NotifyAccess, spawn.IsMain))
            Add(found, "NOTIFY_SOCKET", unit.Notify.Address);
        if (spawn.IsMain && settings.Watchdog != Timeout.InfiniteTimeSpan)
            Add(found, "WATCHDOG_USEC", Number((long)settings.Watchdog.TotalMicroseconds));
        if (!spawn.IsMain && state.MainPid != 0)
            Add(found, "MAINPID", Number(state.MainPid));
        foreach (OwnFolder folder in settings.Exec.Folders)
            AddFolder(found, folder);
        if (spawn.Stage is ExecStage.Stop or ExecStage.StopPost)
            AddResult(found, state);
        return found;
    }

    private static bool MayNotify(NotifyAccess access, bool isMain) =>
        access is NotifyAccess.All or NotifyAccess.Exec || (isMain && access == NotifyAccess.Main);

    private static void AddFile(List<KeyValuePair<string, string>> found, string file)
    {
        bool isOptional = file.StartsWith('-');
        string path = isOptional ? file[1..] : file;
        try
        {
            found.AddRange(EnvironmentText.File(File.ReadAllText(path)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (!isOptional)
                throw new IOException($"EnvironmentFile={path} cannot be read: {fault.Message}", fault);
        }
    }

    private static void AddFolder(List<KeyValuePair<string, string>> found, OwnFolder folder)
    {
        int at = found.FindIndex(p => p.Key == folder.Variable);
        if (at < 0)
            Add(found, folder.Variable, folder.Path);
        else
            found[at] = new KeyValuePair<string, string>(folder.Variable, $"{found[at].Value}:{folder.Path}");
    }

    private static void AddResult(List<KeyValuePair<string, string>> found, MachineState state)
    {
        Add(found, "SERVICE_RESULT", state.Result);
        if (state.MainEnd is not { } end || end.Kind == ProcessEndKind.Unknown)
            return;
        bool isExit = end.Kind == ProcessEndKind.Exited;
        Add(found, "EXIT_CODE", isExit ? "exited" : end.Kind == ProcessEndKind.Killed ? "killed" : "dumped");
        Add(found, "EXIT_STATUS", isExit ? Number(end.Status) : SignalNames.Of(end.Status));
    }

    private static void Add(List<KeyValuePair<string, string>> found, string name, string value) =>
        found.Add(new KeyValuePair<string, string>(name, value));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
