namespace CoreNode.Hosting.Updates;

/// <summary>
/// Where kernels lie that are no part of a slot's image: a file for each slot, on the boot partition, as CoreOS and
/// Flatcar have it.
/// </summary>
internal static class BootFolder
{
    private static readonly string[] s_usual = ["boot/corenode", "boot/coreos", "boot/flatcar"];

    /// <summary>The file of a slot's kernel; empty where this machine has no place for one.</summary>
    /// <param name="options">Which folder; else the first of the usual ones.</param>
    /// <param name="letter">The slot's; empty for one without.</param>
    public static string KernelOf(UpdateOptions options, string letter)
    {
        string folder = options.BootFolder ?? Find(options.Root);
        return letter.Length > 0 && Directory.Exists(folder) ? Path.Combine(folder, "vmlinuz-" + letter) : "";
    }

    private static string Find(string root)
    {
        foreach (string usual in s_usual)
        {
            string folder = Path.Combine(root, usual);
            if (Directory.Exists(folder))
                return folder;
        }

        return "";
    }
}
