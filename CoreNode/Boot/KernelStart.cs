using Microsoft.Win32.SafeHandles;

namespace CoreNode.Boot;

/// <summary>Starts a slot's own kernel without the firmware.</summary>
internal static class KernelStart
{
    /// <summary>
    /// Composes the archive of the slot in memory and gives the kernel both; the machine goes on until
    /// <see cref="Go"/>.
    /// </summary>
    public static void Load(string usr, string board, string commandLine)
    {
        Directory.CreateDirectory(StageArchive.KeysFolder);
        int memory = BootCalls.MakeMemoryFile("initrd", 1);
        if (memory < 0)
            throw BootSystem.Error("there is no memory for the archive of the slot");
        using SafeFileHandle archive = new(memory, ownsHandle: true);
        using (FileStream stream = new(archive, FileAccess.ReadWrite, 1 << 16))
        {
            StageArchive plan = new()
            {
                Usr = usr,
                Board = board,
                // Whom this stage trusts, not whom the slot would have it trust.
                Keys = StageArchive.KeysFolder,
            };
            plan.Write(stream);
            stream.Flush();
            int kernel = BootSystem.Open($"{usr}/{SlotMount.Kernel}", writes: false);
            try
            {
                BootSystem.LoadKernel(kernel, memory, commandLine);
            }
            finally
            {
                _ = BootCalls.Close(kernel);
            }
        }
    }

    /// <summary>Starts what was loaded; comes back only if that fails.</summary>
    public static IOException Go()
    {
        _ = BootCalls.Reboot(BootCalls.Kexec);
        return BootSystem.Error("the kernel of the slot cannot be started (kexec)");
    }
}
