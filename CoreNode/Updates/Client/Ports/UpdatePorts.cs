namespace CoreNode.Updates.Client.Ports;

/// <summary>All that the client does things by.</summary>
/// <param name="Slots">The slots.</param>
/// <param name="Worker">Who fetches and writes.</param>
/// <param name="Server">Who is asked.</param>
/// <param name="Health">How healthy the machine is.</param>
/// <param name="Reboot">How it restarts.</param>
/// <param name="Holds">What makes heavy work wait.</param>
public sealed record UpdatePorts(
    ISlots Slots, IUpdateWorker Worker, IUpdateServer Server, IHealthChecks Health, IReboot Reboot, IHolds Holds);
