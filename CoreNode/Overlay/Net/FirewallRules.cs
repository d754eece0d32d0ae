namespace CoreNode.Overlay.Net;

/// <summary>
/// What stands in CoreNode's own nftables table. Equal if all rules are, in their order. Immutable.
/// </summary>
/// <param name="Masquerades">Networks that get the machine's address on their way out.</param>
/// <param name="Forwarded">Networks from and to which packets may be forwarded. This overrules the policy of no other
/// table: what another one drops stays dropped.</param>
public sealed record FirewallRules(IReadOnlyList<MasqueradeRule> Masquerades, IReadOnlyList<IpPrefix> Forwarded)
{
    /// <summary>
    /// What is read where the table is there, but not as CoreNode writes it: somebody changed it. Equal to nothing
    /// that can be wanted.
    /// </summary>
    public static FirewallRules Altered { get; } = new([], []) { IsAltered = true };

    /// <summary>True if somebody else changed the table; the lists are empty then.</summary>
    public bool IsAltered { get; init; }

    /// <summary>Rule by rule.</summary>
    public bool Equals(FirewallRules? other)
    {
        if (other is null || other.IsAltered != IsAltered || other.Masquerades.Count != Masquerades.Count
            || other.Forwarded.Count != Forwarded.Count)
            return false;
        for (int i = 0; i < Masquerades.Count; i++)
        {
            if (Masquerades[i] != other.Masquerades[i])
                return false;
        }

        for (int i = 0; i < Forwarded.Count; i++)
        {
            if (Forwarded[i] != other.Forwarded[i])
                return false;
        }

        return true;
    }

    /// <summary>Of how many there are.</summary>
    public override int GetHashCode() => Masquerades.Count * 31 + Forwarded.Count;
}
