using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Live;

/// <summary>Asks conditions before a start (systemd.unit(5), Conditions and Asserts).</summary>
internal static class UnitConditions
{
    /// <summary>The condition that does not hold; null if the unit may start.</summary>
    public static UnitCondition? Unmet(IReadOnlyList<UnitCondition> conditions, bool areAssertions, string hostName)
    {
        UnitCondition? trigger = null;
        bool isTriggered = false;
        foreach (UnitCondition condition in conditions)
        {
            if (condition.IsAssertion != areAssertions)
                continue;
            bool holds = Holds(condition, hostName) != condition.IsNegated;
            if (!condition.IsTrigger && !holds)
                return condition;
            if (condition.IsTrigger)
            {
                trigger ??= condition;
                isTriggered |= holds;
            }
        }

        return isTriggered ? null : trigger;
    }

    private static bool Holds(UnitCondition condition, string hostName)
    {
        string path = condition.Path;
        try
        {
            return condition.Kind switch
            {
                "PathExists" => Path.Exists(path),
                "PathExistsGlob" => Directory.Exists(Path.GetDirectoryName(path))
                    && Directory.EnumerateFileSystemEntries(
                        Path.GetDirectoryName(path)!, Path.GetFileName(path)).Any(),
                "PathIsDirectory" => Directory.Exists(path),
                "PathIsSymbolicLink" => new FileInfo(path).LinkTarget is not null,
                "PathIsReadWrite" => Path.Exists(path),
                "DirectoryNotEmpty" => Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(),
                "FileNotEmpty" => File.Exists(path) && new FileInfo(path).Length > 0,
                "FileIsExecutable" => File.Exists(path)
                    && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0,
                "Host" => path == hostName,
                _ => true,
            };
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
