namespace CoreNode.Store;

/// <summary>Who renews a lease.</summary>
/// <param name="MachineId">32 hex digits.</param>
/// <param name="Instance">
/// Made once for a data folder: two machines with one id differ in it, a restarted program does not.
/// </param>
/// <param name="Duration">The lease that it asks for (--units-lease).</param>
public sealed record LeaseRenewal(string MachineId, ulong Instance, TimeSpan Duration)
{
    /// <summary>
    /// When the process that asks began, in Unix milliseconds; 0 if not known. A lease that a later one holds is not
    /// given back by what an earlier one sent and was late.
    /// </summary>
    public long Process { get; init; }

    /// <summary>
    /// What the machine registers as (the value of its object's key): where the lease is that key
    /// (<see cref="IMachineLease.IsRegistration"/>), it is written with it.
    /// </summary>
    public string Registration { get; init; } = "";
}
