using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>
/// The machine's boot stage as the next kernel: a restart that the firmware takes no part in. Linux only, by root; any
/// thread.
/// </summary>
public static class StageKernel
{
    private static readonly string[] s_copies = ["a", "b"];

    /// <summary>Whether a boot stage lies in that folder.</summary>
    public static bool IsIn(string folder) => Copy(folder) is not null;

    /// <summary>Gives the kernel the first whole copy in that folder, with what this kernel was told.</summary>
    /// <param name="folder">Holds the copies.</param>
    /// <param name="commandLine">What /proc/cmdline says.</param>
    /// <exception cref="IOException">There is none, or the kernel does not take it (kexec_file_load(2)).</exception>
    public static void Load(string folder, string commandLine)
    {
        string copy = Copy(folder) ?? throw new IOException($"{folder} holds no boot stage");
        int kernel = BootSystem.Open(Path.Combine(copy, "vmlinuz"), writes: false);
        try
        {
            int archive = BootSystem.Open(Path.Combine(copy, "initrd"), writes: false);
            try
            {
                BootSystem.LoadKernel(kernel, archive, BootCommandLine.Parse(commandLine).ForRestart());
            }
            finally
            {
                _ = BootCalls.Close(archive);
            }
        }
        finally
        {
            _ = BootCalls.Close(kernel);
        }
    }

    private static string? Copy(string folder)
    {
        foreach (string name in s_copies)
        {
            string copy = Path.Combine(folder, name);
            if (File.Exists(Path.Combine(copy, "vmlinuz")) && File.Exists(Path.Combine(copy, "initrd")))
                return copy;
        }

        return null;
    }
}
