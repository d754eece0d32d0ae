using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// What Omaha's events mean to a rollout. Event 3:2 means nothing by itself: clients send it with each check, and only
/// the version that a machine says it runs shows that it got there.
/// </summary>
public static class RolloutEvents
{
    // Bits above are flags: resumed, test image and so on.
    private const uint CodeBits = 0x0FFF_FFFF;

    /// <summary>One event of a request.</summary>
    public static RolloutEvent Of(OmahaEvent told)
    {
        if (!IsOfUpdates(told.Type))
            return default;
        switch (told.Result)
        {
            case OmahaEventResult.Success:
                return new RolloutEvent(Progress(told.Type));
            case OmahaEventResult.Cancelled or OmahaEventResult.Deferred:
                return new RolloutEvent(RolloutEventKind.Deferred);
            case OmahaEventResult.Error or OmahaEventResult.ErrorInstallerPackage
                or OmahaEventResult.ErrorInstallerOther or OmahaEventResult.InstallerSystem
                or OmahaEventResult.HandoffError:
                uint code = (told.ErrorCode ?? 0) & CodeBits;
                return code == OmahaFault.Rollback
                    ? new RolloutEvent(RolloutEventKind.RolledBack, code)
                    : new RolloutEvent(RolloutEventKind.Failed, code);
            default:
                return default;
        }
    }

    private static bool IsOfUpdates(OmahaEventType type) => type
        is OmahaEventType.DownloadComplete or OmahaEventType.InstallComplete or OmahaEventType.UpdateComplete
        or OmahaEventType.UpdateDownloadStarted or OmahaEventType.UpdateDownloadFinished
        or OmahaEventType.UpdateInstallerStarted or OmahaEventType.InstalledHeld;

    private static RolloutEventKind Progress(OmahaEventType type) => type switch
    {
        OmahaEventType.UpdateDownloadStarted => RolloutEventKind.DownloadStarted,
        OmahaEventType.DownloadComplete or OmahaEventType.UpdateDownloadFinished
            or OmahaEventType.UpdateInstallerStarted => RolloutEventKind.Downloaded,
        _ => RolloutEventKind.Installed,
    };
}
