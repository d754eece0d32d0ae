namespace CoreNode.Updates.Omaha;

/// <summary>What an event is about. A number without a name here is kept as it is.</summary>
public enum OmahaEventType
{
    Unknown = 0,
    DownloadComplete = 1,
    InstallComplete = 2,
    UpdateComplete = 3,
    Uninstall = 4,
    DownloadStarted = 5,
    InstallStarted = 6,
    NewApplicationInstallStarted = 9,
    SetupStarted = 10,
    SetupFinished = 11,
    UpdateApplicationStarted = 12,
    UpdateDownloadStarted = 13,
    UpdateDownloadFinished = 14,
    UpdateInstallerStarted = 15,
    SetupUpdateBegin = 16,
    SetupUpdateComplete = 17,
    RegisterProductComplete = 20,
    SystemInstallFirstCheck = 30,
    UserInstallFirstCheck = 31,
    AppCommandComplete = 40,
    AppCommandLaunched = 41,
    Crash = 100,
    UpdaterUpdated = 102,
    ClickedUpdate = 103,

    /// <summary>CoreUpdate's: installed, and the instance holds its reboot back.</summary>
    InstalledHeld = 800,
}
