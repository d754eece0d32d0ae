using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>
/// The machine's boot stage as the next kernel: a restart that the firmware takes no part in. Linux only, by root; any
/// thread.
/// </summary>
public static class StageKernel
{
    /// <summary>Whether a boot stage lies in that folder.</summary>
    public static bool IsIn(string folder) => Copy(folder) is not null;

    /// <summary>Gives the kernel the copy that the loader would take, with what this kernel was told.</summary>
    /// <param name="folder">Holds the copies.</param>
    /// <param name="commandLine">What /proc/cmdline says.</param>
    /// <exception cref="IOException">There is none, or the kernel does not take it (kexec_file_load(2)).</exception>
    public static void Load(string folder, string commandLine)
    {
        char copy = Copy(folder) ?? throw new IOException($"{folder} holds no boot stage");
        int kernel = BootSystem.Open($"{folder}/{copy}/{StageCopies.Kernel}", writes: false);
        try
        {
            int archive = BootSystem.Open($"{folder}/{copy}/{StageCopies.Archive}", writes: false);
            try
            {
                BootSystem.LoadKernel(kernel, archive, BootCommandLine.Parse(commandLine).ForRestart(copy));
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

    private static char? Copy(string folder)
    {
        string state = $"{folder}/{StageCopies.StateFile}";
        foreach (char copy in LoaderState.Parse(File.Exists(state) ? File.ReadAllBytes(state) : []).Order)
        {
            string files = $"{folder}/{copy}/";
            if (File.Exists(files + StageCopies.Kernel) && File.Exists(files + StageCopies.Archive))
                return copy;
        }

        return null;
    }
}
