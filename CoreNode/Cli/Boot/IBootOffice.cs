namespace CoreNode.Cli.Boot;

/// <summary>
/// What the boot stage does, on image files and folders; Hosting supplies it. World faults are
/// <see cref="IOException"/> with what to do.
/// </summary>
public interface IBootOffice
{
    /// <summary>Picks the slot that would be started.</summary>
    BootPlan Choose(BootQuestion question);

    /// <summary>Composes the archive that a kernel starts with; gives its length and its kernel's release.</summary>
    (long LengthBytes, string Release) Compose(BootParts parts);

    /// <summary>The version that a kernel's file says.</summary>
    string KernelVersion(string file);
}
