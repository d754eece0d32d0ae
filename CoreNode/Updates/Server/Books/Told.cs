using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>What the events of the protocol mean to a rollout. Pure.</summary>
internal static class Told
{
    // The bits above are flags: resumed, of a test image, of another server (update_engine's ErrorCode).
    private const uint CodeBits = 0x0FFFFFFF;

    /// <summary>The code of a failure without flags; 0 for none.</summary>
    public static uint CodeOf(OmahaEvent told) => (told.ErrorCode ?? 0) & CodeBits;

    /// <summary>What a rollout is to know of it.</summary>
    public static RolloutEvent Meaning(OmahaEvent told)
    {
        uint code = CodeOf(told);
        return (told.Type, told.Result) switch
        {
            (OmahaEventType.UpdateComplete, OmahaEventResult.Error) when code == OmahaFault.Rollback =>
                new RolloutEvent(RolloutEventKind.RolledBack, code),
            (_, OmahaEventResult.Deferred) => new RolloutEvent(RolloutEventKind.Deferred, code),
            (_, OmahaEventResult.Error or OmahaEventResult.ErrorInstallerPackage
                or OmahaEventResult.ErrorInstallerOther or OmahaEventResult.InstallerSystem
                or OmahaEventResult.HandoffError or OmahaEventResult.Cancelled) =>
                new RolloutEvent(RolloutEventKind.Failed, code),
            (OmahaEventType.UpdateDownloadStarted or OmahaEventType.DownloadStarted, OmahaEventResult.Success) =>
                new RolloutEvent(RolloutEventKind.DownloadStarted),
            (OmahaEventType.UpdateDownloadFinished or OmahaEventType.DownloadComplete, OmahaEventResult.Success) =>
                new RolloutEvent(RolloutEventKind.Downloaded),
            (OmahaEventType.UpdateComplete or OmahaEventType.InstallComplete or OmahaEventType.InstalledHeld,
                OmahaEventResult.Success) => new RolloutEvent(RolloutEventKind.Installed),
            _ => new RolloutEvent(RolloutEventKind.None),
        };
    }

    /// <summary>
    /// True for what each check carries although nothing happened: "this boot runs what it ran before", its previous
    /// version having been told already.
    /// </summary>
    public static bool IsRoutine(OmahaEvent told) =>
        told is { Type: OmahaEventType.UpdateComplete, Result: OmahaEventResult.SuccessReboot }
        && string.IsNullOrEmpty(told.PreviousVersion);
}
