namespace CoreNode.Overlay.Model;

/// <summary>Where a network stands in the store: flannel's keys.</summary>
/// <param name="Prefix">Begins with a slash and ends with none.</param>
/// <param name="Network">Its name; empty for the one that has none, directly below the prefix.</param>
public sealed record OverlayKeys(string Prefix, string Network)
{
    /// <summary>flannel's.</summary>
    public const string DefaultPrefix = "/coreos.com/network";

    /// <summary>The network without a name at flannel's place.</summary>
    public static readonly OverlayKeys Default = new(DefaultPrefix, "");

    /// <summary>The configuration.</summary>
    public string Config => $"{Root}/config";

    /// <summary>The directory of all leases.</summary>
    public string Subnets => $"{Root}/subnets";

    private string Root => Network.Length == 0 ? Prefix : $"{Prefix}/{Network}";

    /// <summary>A lease, by its name below <see cref="Subnets"/>.</summary>
    public string Lease(string name) => $"{Subnets}/{name}";

    /// <summary>The name of a lease from its key; null for another key.</summary>
    public string? NameOf(string key) =>
        key.Length > Subnets.Length + 1 && key.StartsWith(Subnets, StringComparison.Ordinal)
            && key[Subnets.Length] == '/' ? key[(Subnets.Length + 1)..] : null;

    /// <summary>What is wrong with the name of a network; empty if nothing is.</summary>
    public static string ProblemOf(string network)
    {
        if (network.Length > 64)
            return "it has more than 64 characters";
        if (network is "config" or "subnets")
            return "flannel keeps other things there";
        foreach (char one in network)
        {
            if (!char.IsAsciiLetterOrDigit(one) && one is not '-' and not '_' and not '.')
                return $"\"{one}\" is in it; letters, digits, '-', '_' and '.' may be";
        }

        return network is "." or ".." ? "it is no name" : "";
    }
}
