namespace CoreNode.Reboots.Service.Ports;

/// <summary>All that the service does things by.</summary>
/// <param name="Lock">The cluster's lock.</param>
/// <param name="Drain">The machine's units.</param>
/// <param name="Leadership">Leadership of the store.</param>
/// <param name="Logins">People on the machine.</param>
/// <param name="Restart">How the machine restarts.</param>
/// <param name="Wants">What wants a restart.</param>
/// <param name="Quorum">What would break.</param>
/// <param name="Gate">Whether the machine is healthy after it.</param>
public sealed record RebootPorts(
    ILock Lock, IDrain Drain, ILeadership Leadership, ILogins Logins, IRestart Restart, IWants Wants, IQuorum Quorum,
    IGate Gate);
