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

    /// <summary>What lies in the copies of the boot stage.</summary>
    StageReport ShowStage(string boot);

    /// <summary>Brings another boot stage into the copy that did not start the machine; says what was done.</summary>
    IReadOnlyList<string> UpdateStage(StageOrder order);

    /// <summary>Keeps the boot stage that was tried and has started the machine; says what was done.</summary>
    IReadOnlyList<string> AcceptStage(string boot);
}
