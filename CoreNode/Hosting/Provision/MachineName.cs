using System.Text;
using CoreNode.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Hosting.Provision;

/// <summary>What a machine is called.</summary>
internal static class MachineName
{
    private const string NameFile = "/etc/hostname";

    /// <summary>The running machine's name, or what is written in another root; empty: none.</summary>
    /// <exception cref="IOException">The root cannot be read.</exception>
    public static string Find(IMachineRoot root, bool isMachine)
    {
        if (isMachine)
            return OfKernel();
        return root.Read([NameFile])[NameFile] is { Kind: PathKind.File, Content: { } content }
            ? Encoding.UTF8.GetString(content.Span).Trim() : "";
    }

    /// <summary>The running kernel's; empty: none.</summary>
    public static string OfKernel() => KernelText("/proc/sys/kernel/hostname") is var name and not "(none)" ? name : "";

    /// <summary>What a file of the kernel says; empty: nothing.</summary>
    public static string KernelText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
