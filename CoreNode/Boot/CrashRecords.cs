using System.Text;
using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>
/// Records of kernels that stopped, in the machine's firmware (pstore): UEFI's variables, or a table of ACPI that the
/// kernel finds by itself. A machine that has neither forgets why its kernel stopped.
/// </summary>
internal static class CrashRecords
{
    private const string Firmware = "/sys/firmware/efi";
    private const string Backend = "/sys/module/pstore/parameters/backend";
    private const string PanicSeconds = "/proc/sys/kernel/panic";
    private const string Folder = "/sys/fs/pstore";
    private const string Logs = "dmesg-*";

    /// <summary>
    /// True if a kernel that stops leaves a record and then restarts: that is better than to restart without a word.
    /// </summary>
    public static bool AreKept => IsKeeper && File.ReadAllText(PanicSeconds).Trim() is not "0";

    private static bool IsKeeper =>
        File.Exists(Backend) && !File.ReadAllText(Backend).StartsWith("(null)", StringComparison.Ordinal);

    /// <summary>Has the kernel keep them in UEFI's variables where there are such.</summary>
    public static void Begin(ModuleLoader loader)
    {
        if (Directory.Exists(Firmware))
            loader.Load([StageModules.FirmwareRecords]);
    }

    /// <summary>Reads all that there are; null if there are none.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static KernelLastWords? Read()
    {
        if (!IsKeeper)
            return null;
        BootSystem.Mount("pstore", Folder, "pstore", BootCalls.NoSetUser | BootCalls.NoDevices | BootCalls.NoPrograms);
        List<string> records = [];
        foreach (string file in Directory.GetFiles(Folder, Logs))
            records.Add(Encoding.UTF8.GetString(File.ReadAllBytes(file)));
        return KernelLastWords.Of(records);
    }

    /// <summary>Removes them: firmware has room for few.</summary>
    /// <exception cref="IOException">One stays.</exception>
    public static void Remove()
    {
        foreach (string file in Directory.GetFiles(Folder, Logs))
            File.Delete(file);
    }
}
