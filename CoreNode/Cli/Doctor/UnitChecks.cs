using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Store;

namespace CoreNode.Cli.Doctor;

/// <summary>Whether units are where they should be, as the nodes tell it.</summary>
internal static class UnitChecks
{
    // Whoever asks for units wakes them in a cluster that has none (decision 0031), so this key is asked first.
    private const string InUse = "/_coreos.com/fleet/engine/version";

    /// <summary>Nothing where the cluster uses no units, or this client may not ask about them.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(ClientOptions options, CancellationToken cancellation)
    {
        using V2Client store = new(options);
        if (await store.GetAsync(InUse, KvGetOptions.Plain, cancellation) is not KvOutcome.Done)
            return [];
        using UnitsClient client = new(options);
        AdminReply<UnitListing> units = await client.ListAsync("*", cancellation);
        AdminReply<MachineListing> machines = await client.ListMachinesAsync(cancellation);
        return units is AdminReply<UnitListing>.Done all && machines is AdminReply<MachineListing>.Done there
            ? [Judge(all.Value.Units), Judge(there.Value.Machines)]
            : [];
    }

    /// <summary>What runs them on this machine.</summary>
    internal static Finding Judge(UnitsFinding manager) => Finding.Ok(
        "unit manager of this machine",
        manager.HasSystemd ? $"systemd: {manager.Reason}" : $"the embedded runner, since {manager.Reason}");

    /// <summary>How units stand.</summary>
    internal static Finding Judge(IReadOnlyList<ListedUnit> units)
    {
        ListedUnit[] wrong = [.. units.Where(static unit => unit.Reason.Length > 0)];
        return wrong.Length == 0
            ? Finding.Ok("units", string.Create(CultureInfo.InvariantCulture, $"{units.Count}, all as they should be"))
            : Finding.Warning(
                "units",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{wrong.Length} of {units.Count} not as they should be; {wrong[0].Name}: {wrong[0].Reason}"),
                "corenode unit list");
    }

    /// <summary>Who runs them.</summary>
    internal static Finding Judge(IReadOnlyList<ListedMachine> machines)
    {
        int cordoned = machines.Count(static machine => machine.Cordon.Length > 0);
        if (machines.Count == cordoned)
            return Finding.Problem(
                "machines",
                machines.Count == 0 ? "none runs units" : "all are cordoned or drained: no unit can be placed",
                machines.Count == 0 ? "look at --modules of the nodes and their logs" : "corenode machine uncordon ID");
        return Finding.Ok(
            "machines",
            string.Create(CultureInfo.InvariantCulture, $"{machines.Count} run units, {cordoned} cordoned or drained"));
    }
}
