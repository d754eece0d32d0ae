using CoreNode.Foundation;

namespace CoreNode.Overlay.Model;

/// <summary>A key below "subnets", read: a lease, or what is wrong with it.</summary>
/// <param name="Stored">As it stands there.</param>
/// <param name="Subnets">What is leased; null where the key is none.</param>
/// <param name="Value">By whom; null where the value is none.</param>
/// <param name="Problem">Why it is no lease; empty if it is one.</param>
public sealed record LeaseEntry(StoredLease Stored, LeaseSubnets? Subnets, LeaseValue? Value, string Problem)
{
    /// <summary>Its name.</summary>
    public string Name => Stored.Name;

    /// <summary>
    /// Since when this machine has these devices there: who was first keeps a hardware address that another lease
    /// claims too.
    /// </summary>
    public StoreIndex Since { get; init; } = Stored.Created;

    /// <summary>Reads what is stored.</summary>
    public static LeaseEntry Of(StoredLease stored)
    {
        LeaseSubnets? subnets = LeaseKey.Read(stored.Name, out string keyProblem);
        LeaseValue? value = LeaseJson.Read(stored.Text, out string valueProblem);
        return new LeaseEntry(stored, subnets, value, keyProblem.Length > 0 ? keyProblem : valueProblem);
    }
}
