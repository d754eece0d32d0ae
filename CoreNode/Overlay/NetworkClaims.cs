using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay;

/// <summary>
/// What the networks of this machine have, for those that share a kernel with them: routes and one table of rules. Any
/// thread.
/// </summary>
internal sealed class NetworkClaims(IReadOnlyList<string> names, bool isMasqueraded)
{
    // Fields: _claims.
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Claim> _claims = new(StringComparer.Ordinal);

    /// <summary>A network is configured so, and has leased that.</summary>
    public void Set(string name, OverlayConfig config, LeaseSubnets? leased)
    {
        lock (_gate)
            _claims[name] = new Claim(config, leased);
    }

    /// <summary>What is wrong with a configuration because of the other networks.</summary>
    public IReadOnlyList<ConfigProblem> ProblemsOf(string name, OverlayConfig config)
    {
        lock (_gate)
        {
            foreach ((string other, Claim claim) in _claims)
            {
                if (other != name && ConfigCheck.Against(config, other, claim.Config) is { Count: > 0 } problems)
                    return problems;
            }
        }

        return [];
    }

    /// <summary>True if a device is, or may yet turn out to be, one of these networks.</summary>
    public bool MayHave(string link)
    {
        lock (_gate)
        {
            foreach (Claim claim in _claims.Values)
            {
                BackendConfig backend = claim.Config.Backend;
                if (backend.Kind == BackendKind.Vxlan && (link == backend.Link || link == backend.LinkV6))
                    return true;
            }

            return _claims.Count < names.Count;
        }
    }

    /// <summary>Whose routes are whose.</summary>
    public RouteOwner OwnerFor(string name, IReadOnlyList<IpPrefix> mine)
    {
        List<IpPrefix> others = [];
        lock (_gate)
        {
            foreach ((string other, Claim claim) in _claims)
            {
                if (other == name)
                    continue;
                if (claim.Config.V4 is { } v4)
                    others.Add(v4.Network);
                if (claim.Config.V6 is { } v6)
                    others.Add(v6.Network);
            }

            return new RouteOwner(mine, _claims.Count == names.Count ? others : null);
        }
    }

    /// <summary>The rules of all networks; what is there while not all of them are known.</summary>
    public FirewallRules? Firewall(FirewallRules? there)
    {
        List<MasqueradeRule> masquerades = [];
        List<IpPrefix> forwarded = [];
        lock (_gate)
        {
            if (_claims.Count < names.Count)
                return there;
            foreach (Claim claim in _claims.Values)
            {
                if (claim.Config.Backend.Kind == BackendKind.Allocate)
                    continue;
                Add(claim.Config.V4, claim.Leased?.V4);
                Add(claim.Config.V6, claim.Leased?.V6);
            }
        }

        return forwarded.Count == 0 ? null : new FirewallRules(masquerades, forwarded);

        void Add(SubnetSpace? space, IpPrefix? leased)
        {
            if (space is null)
                return;
            forwarded.Add(space.Network);
            if (isMasqueraded && leased is not null)
                masquerades.Add(new MasqueradeRule(space.Network, leased));
        }
    }

    private sealed record Claim(OverlayConfig Config, LeaseSubnets? Leased);
}
