using System.Globalization;
using CoreNode.Tests.Simulation.Units;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>
/// A service of a few copies, a singleton and an ordinary unit. As long as no machine has died lately, all copies are
/// announced by machines where they run and are well, whatever restarts.
/// </summary>
internal sealed class WholeService(WholeCluster cluster)
{
    private const long Look = 50 * UnitsPlan.Millisecond;
    private const long Lately = 100 * WholePlan.Second;

    private readonly string _template = cluster.Plan.IsChecked ? "u0-well@.service" : "u0-tells@.service";
    private readonly int _replicas = cluster.Plan.Replicas;
    private long _disturbedAt = long.MinValue / 2;
    private bool _isDisturbed = true;

    /// <summary>A machine has died, or is about to come up: copies are away until others work.</summary>
    public void Disturb()
    {
        _isDisturbed = true;
        _disturbedAt = cluster.World.Now;
    }

    /// <summary>A machine died lately, or what it ran is not everywhere again.</summary>
    public bool IsDisturbed => _isDisturbed || cluster.World.Now - _disturbedAt < Lately;

    public void Submit(UnitsWishes wishes)
    {
        string check = cluster.Plan.IsChecked ? "HealthExec=/bin/look\nHealthInterval=2s\n" : "";
        string prefix = _template[.._template.IndexOf('@', StringComparison.Ordinal)];
        wishes.Want(RegistryKeys.Default.EngineVersion, RegistryValues.EngineVersion);
        Submit(wishes, _template, $"Replicas={_replicas}\n{check}Announce=/told/{prefix}@%i.service %m");
        Submit(wishes, "u1-plain.service", "Weight=1");
        Submit(wishes, "u2-single.service", "Singleton=yes");
        cluster.World.At(WholePlan.Peace, Watch);
    }

    private static void Submit(UnitsWishes wishes, string name, string rules) => wishes.Submit(
        name, UnitFile.Parse($"[Service]\nExecStart=/bin/true\n\n[X-Fleet]\n{rules}\n", out _)!, DesiredState.Launched);

    private void Watch()
    {
        int serving = 0;
        for (int i = 1; i <= _replicas; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            string unit = _template.Replace("@", $"@{number}", StringComparison.Ordinal);
            if (!cluster.Units.Store.Newest.Told.TryGetValue("/told/" + unit, out string? id))
                continue;
            foreach (WholeMachine machine in cluster.Machines)
            {
                UnitsManager manager = cluster.Units.ManagerOf(machine.Node);
                if (machine.Id == id && manager.Runs(unit) && !manager.IsSick(unit, TimeSpan.Zero))
                    serving++;
            }
        }

        if (serving == _replicas)
            _isDisturbed = false;
        else if (!IsDisturbed)
            cluster.Units.Fail($"{serving} of {_replicas} replicas of {_template} serve, and no machine has died");
        cluster.World.After(Look, Watch);
    }
}
