using CoreNode.Platform.Processes;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Live;

/// <summary>Asks the machine for what specifiers name.</summary>
internal static class HostFactsReader
{
    /// <summary>Asks it.</summary>
    public static HostFacts Read(string machineId)
    {
        uint id = Platform.Accounts.OwnUser;
        UserAccount? user = UserAccount.Find(id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new HostFacts
        {
            MachineId = machineId,
            BootId = Text("/proc/sys/kernel/random/boot_id").Replace("-", "", StringComparison.Ordinal),
            HostName = Environment.MachineName,
            KernelRelease = Text("/proc/sys/kernel/osrelease"),
            User = user?.Name ?? "root",
            UserId = id,
            Home = user?.Home ?? "/root",
            Shell = user?.Shell ?? "/bin/sh",
            MemoryBytes = Memory(),
        };
    }

    private static ulong Memory()
    {
        foreach (string line in Text("/proc/meminfo").Split('\n'))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts is ["MemTotal:", var kilobytes, ..]
                && ulong.TryParse(kilobytes, System.Globalization.CultureInfo.InvariantCulture, out ulong number))
            {
                return number * 1024;
            }
        }

        return 0;
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
