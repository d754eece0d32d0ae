namespace CoreNode.Platform.Processes;

/// <summary>
/// Finds, signals and kills all processes of one unit, by the control groups that hold them or by a mark in their
/// environment. Holds no state: any thread, any process (the guard's, too).
/// </summary>
public static class ProcessKill
{
    private const int KillSignal = 9;
    private const int Rounds = 50;

    /// <summary>The processes that live in these control groups and below; zombies are none.</summary>
    public static IReadOnlyList<int> InGroups(IReadOnlyList<string> groups)
    {
        List<int> found = [];
        foreach (string group in groups)
            Collect(group, found);
        return found;
    }

    /// <summary>
    /// The processes with that mark, with those that descend from them and those in a session of one of them; zombies
    /// are none. A process that hid its environment, its parent and its session is not found: control groups do that.
    /// </summary>
    /// <param name="mark">"NAME=value"; empty: nobody has it.</param>
    /// <param name="known">Processes that are known to be meant.</param>
    public static IReadOnlyList<int> Marked(string mark, IReadOnlyCollection<int> known)
    {
        List<ProcessEntry> all = [];
        foreach (int pid in ProcessTable.All())
        {
            if (pid != Environment.ProcessId && ProcessTable.Find(pid) is { IsZombie: false } entry)
                all.Add(entry);
        }

        HashSet<int> members = [];
        HashSet<int> sessions = [];
        foreach (ProcessEntry entry in all)
        {
            if (known.Contains(entry.Pid) || (mark.Length > 0 && ProcessTable.HasMark(entry.Pid, mark)))
                Take(entry, members, sessions);
        }

        for (bool isGrowing = members.Count > 0; isGrowing;)
        {
            isGrowing = false;
            foreach (ProcessEntry entry in all)
            {
                bool isRelated = members.Contains(entry.Parent) || sessions.Contains(entry.Session);
                if (!isRelated || members.Contains(entry.Pid))
                    continue;
                Take(entry, members, sessions);
                isGrowing = true;
            }
        }

        return [.. members];
    }

    /// <summary>
    /// Kills all of them (SIGKILL), also such as are started meanwhile by those that are still there, and returns when
    /// none is left that could start another, or after a bounded number of rounds.
    /// </summary>
    /// <returns>True if none is left but what the kernel cannot end now (it waits for a disk).</returns>
    public static bool All(IReadOnlyList<string> groups, string mark, IReadOnlyCollection<int> known)
    {
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string group in groups)
                KillGroup(group);
            HashSet<int> left = [.. InGroups(groups)];
            if (groups.Count == 0)
                left.UnionWith(Marked(mark, known));
            if (left.Count == 0)
                return true;
            foreach (int pid in left)
                _ = ProcessCalls.Kill(pid, KillSignal);
            Thread.Yield();
        }

        return false;
    }

    // Linux 5.14: one write kills all below at once, and no fork escapes. Older ones, and version 1: one by one.
    private static void KillGroup(string group)
    {
        string file = Path.Combine(group, "cgroup.kill");
        try
        {
            if (File.Exists(file))
                File.WriteAllText(file, "1");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // What is left in it is killed process by process.
        }
    }

    private static void Collect(string group, List<int> found)
    {
        try
        {
            foreach (string line in File.ReadLines(Path.Combine(group, "cgroup.procs")))
            {
                if (int.TryParse(line, System.Globalization.CultureInfo.InvariantCulture, out int pid) && pid > 0
                    && !found.Contains(pid))
                {
                    found.Add(pid);
                }
            }

            foreach (string below in Directory.EnumerateDirectories(group))
                Collect(below, found);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // No such group, or one that went away meanwhile: nobody is in it.
        }
    }

    private static void Take(ProcessEntry entry, HashSet<int> members, HashSet<int> sessions)
    {
        members.Add(entry.Pid);
        // Only a session that one of them made: that of whoever started the unit is not theirs.
        if (entry.Session == entry.Pid)
            sessions.Add(entry.Session);
    }
}
