namespace CoreNode.Updates.Omaha;

/// <summary>How it ended. A number without a name here is kept as it is.</summary>
public enum OmahaEventResult
{
    Error = 0,
    Success = 1,

    /// <summary>It is there after a reboot; sent by the first check after it.</summary>
    SuccessReboot = 2,

    SuccessRestartBrowser = 3,
    Cancelled = 4,
    ErrorInstallerPackage = 5,
    ErrorInstallerOther = 6,
    NoUpdate = 7,
    InstallerSystem = 8,
    Deferred = 9,
    HandoffError = 10,
}
