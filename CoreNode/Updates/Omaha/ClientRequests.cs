namespace CoreNode.Updates.Omaha;

/// <summary>
/// The three requests that a machine sends: the question for an update, what happened, and a sign of life. Pure.
/// </summary>
public static class ClientRequests
{
    /// <summary>The version before, as it is told by a machine that was never updated.</summary>
    public const string NeverUpdated = "0.0.0.0";

    /// <summary>
    /// The question for an update: a ping, the check, and one event about the boot. That event says which version the
    /// running one has replaced, or that it was rolled back to.
    /// </summary>
    /// <param name="machine">Who asks.</param>
    /// <param name="isOnDemand">A person asked for it.</param>
    /// <param name="previousVersion">
    /// The version that ran when an update was installed last: null if none ever was, empty once it was told.
    /// </param>
    public static OmahaRequest Check(UpdateMachine machine, bool isOnDemand, string? previousVersion)
    {
        // Who runs what ran before the update is back on the old slot.
        bool isRolledBack = previousVersion is { Length: > 0 } && previousVersion == machine.Version;
        return CheckWith(
            machine, isOnDemand,
            isRolledBack ? OmahaEvent.RolledBack : OmahaEvent.Running(previousVersion ?? NeverUpdated));
    }

    /// <summary>The same, with the event about the boot as it is.</summary>
    public static OmahaRequest CheckWith(UpdateMachine machine, bool isOnDemand, OmahaEvent boot) =>
        Request(machine, isOnDemand, App(machine) with
        {
            Ping = new OmahaPing(IsActive: true),
            UpdateCheck = new OmahaUpdateCheck(),
            Events = [boot],
        });

    /// <summary>Tells one thing that happened.</summary>
    public static OmahaRequest Event(UpdateMachine machine, bool isOnDemand, OmahaEvent what) =>
        Request(machine, isOnDemand, App(machine) with { Events = [what] });

    /// <summary>A sign of life of a machine that waits for its reboot.</summary>
    public static OmahaRequest Ping(UpdateMachine machine) =>
        Request(machine, isOnDemand: false, App(machine) with { Ping = new OmahaPing(IsActive: true) });

    private static OmahaRequest Request(UpdateMachine machine, bool isOnDemand, OmahaApp app) => new()
    {
        Version = machine.Client,
        UpdaterVersion = machine.Client,
        InstallSource = isOnDemand ? OmahaRequest.OnDemand : OmahaRequest.Scheduled,
        IsMachine = true,
        Os = new OmahaOs
        {
            Version = "Chateau",
            Platform = machine.Platform,
            ServicePack = $"{machine.Version}_{machine.Architecture}",
        },
        Apps = [app],
    };

    private static OmahaApp App(UpdateMachine machine) => new()
    {
        Id = machine.App,
        Version = machine.Version,
        Track = machine.Group,
        BootId = $"{{{machine.BootId.Trim('{', '}')}}}",
        Oem = machine.Oem,
        OemVersion = machine.OemVersion,
        AlephVersion = machine.AlephVersion,
        MachineId = machine.MachineId,
        MachineAlias = machine.Alias,
        Language = "en-US",
        Board = machine.Board,
        HardwareClass = "",
        DeltaOkay = machine.DeltaOkay,
    };
}
