namespace CoreNode.Cli.Images;

/// <summary>
/// Work with images of machines; Hosting supplies it. What goes wrong, and why something is refused, is an
/// <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> with what to do.
/// </summary>
public interface IImageOffice
{
    /// <summary>Checks all that can be wrong, and unless the order only asks writes the disk.</summary>
    /// <param name="order">What is wanted.</param>
    /// <param name="progress">Told what is done, and how many bytes of how many; a total below 0 is not known.</param>
    /// <param name="cancellation">Ends it; a disk on which writing had begun then holds no system.</param>
    InstallReport Install(InstallOrder order, Action<string, long, long> progress, CancellationToken cancellation);

    /// <summary>
    /// Orders that all that this machine keeps is removed at its next start, but for these words and paths.
    /// </summary>
    /// <returns>The paths that stay.</returns>
    IReadOnlyList<string> OrderReset(IReadOnlyList<string> keep, bool asks);

    /// <summary>Takes that back; false if nothing was ordered.</summary>
    bool TakeResetBack();
}
