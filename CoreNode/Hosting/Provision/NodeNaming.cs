using CoreNode.Provision.Model;

namespace CoreNode.Hosting.Provision;

/// <summary>A node that no configuration names is called as its machine is. Pure.</summary>
internal static class NodeNaming
{
    private const string Option = "name";

    /// <summary>What is wanted, with a name for the node where it has options and none of them is one.</summary>
    /// <param name="desired">What the configurations want.</param>
    /// <param name="hostname">The name that the machine has now; empty: not known.</param>
    public static DesiredMachine Complete(DesiredMachine desired, string hostname)
    {
        string name = desired.Hostname ?? hostname;
        bool isUsual = name is "" or "localhost" || name.AsSpan().ContainsAny(",=&");
        if (isUsual || desired.Options.Count == 0 || Value(desired, Option) is not null)
            return desired;
        // Members that name each other must be called as they are named.
        string? cluster = Value(desired, "initial-cluster");
        if (cluster is not null && Value(desired, "proxy") is null or "off" && !Names(cluster, name))
            return desired;
        DesiredOption option = new(Option, name) { From = "the machine's name" };
        return desired with { Options = [option, .. desired.Options] };
    }

    private static bool Names(string cluster, string name)
    {
        foreach (string member in cluster.Split(',', StringSplitOptions.TrimEntries))
        {
            if (member.StartsWith(name + "=", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static string? Value(DesiredMachine desired, string name)
    {
        string? value = null;
        foreach (DesiredOption option in desired.Options)
            value = option.Name == name ? option.Value : value;
        return value;
    }
}
