namespace CoreNode.Updates.Omaha;

/// <summary>
/// Something that happened on the machine. An update is told in this order: <see cref="DownloadStarted"/>,
/// <see cref="DownloadFinished"/>, <see cref="Installed"/>, and with the first check after the reboot
/// <see cref="Running"/> or <see cref="RolledBack"/>; <see cref="Failed"/> or <see cref="Deferred"/> ends it early.
/// </summary>
public sealed record OmahaEvent
{
    /// <summary>What it is about.</summary>
    public required OmahaEventType Type { get; init; }

    /// <summary>How it ended.</summary>
    public required OmahaEventResult Result { get; init; }

    /// <summary>Of a failure: its code with flags in the high bits; null if there is none.</summary>
    public uint? ErrorCode { get; init; }

    /// <summary>The version before; null if absent, empty if it was told before.</summary>
    public string? PreviousVersion { get; init; }

    /// <summary>The version that comes.</summary>
    public string? NextVersion { get; init; }

    /// <summary>13:1.</summary>
    public static OmahaEvent DownloadStarted { get; } =
        new() { Type = OmahaEventType.UpdateDownloadStarted, Result = OmahaEventResult.Success };

    /// <summary>14:1.</summary>
    public static OmahaEvent DownloadFinished { get; } =
        new() { Type = OmahaEventType.UpdateDownloadFinished, Result = OmahaEventResult.Success };

    /// <summary>3:1: verified, marked, and used from the next boot on.</summary>
    public static OmahaEvent Installed { get; } =
        new() { Type = OmahaEventType.UpdateComplete, Result = OmahaEventResult.Success };

    /// <summary>800:1: installed, and the reboot is held back.</summary>
    public static OmahaEvent RebootHeld { get; } =
        new() { Type = OmahaEventType.InstalledHeld, Result = OmahaEventResult.Success };

    /// <summary>3:9: not now, by a rule of this machine.</summary>
    public static OmahaEvent Deferred(uint code) =>
        new() { Type = OmahaEventType.UpdateComplete, Result = OmahaEventResult.Deferred, ErrorCode = code };

    /// <summary>3:0.</summary>
    public static OmahaEvent Failed(uint code) =>
        new() { Type = OmahaEventType.UpdateComplete, Result = OmahaEventResult.Error, ErrorCode = code };

    /// <summary>3:2: this boot runs what was installed over that version.</summary>
    public static OmahaEvent Running(string previousVersion) => new()
    {
        Type = OmahaEventType.UpdateComplete,
        Result = OmahaEventResult.SuccessReboot,
        PreviousVersion = previousVersion,
    };

    /// <summary>3:0 with code 44: the boot loader went back to the version before.</summary>
    public static OmahaEvent RolledBack { get; } = Failed(OmahaFault.Rollback);
}
