using CoreNode.Foundation;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>Somebody on the network who says to the server what is not so.</summary>
internal sealed class FleetLiar
{
    private static readonly string[] s_strange =
        ["9999.9.9", "not.a.version", "-1", "3.5.0.0.0.0.0.0", new string('9', 64), new string('9', 65), "", "🦊"];

    private const int MostMade = 5000;

    private readonly FleetWorld _world;
    private readonly FleetServer _server;
    private readonly Prng _chance;
    private readonly string _id;
    private readonly int _group;
    private int _made;

    public FleetLiar(FleetWorld world, FleetServer server, int number)
    {
        _world = world;
        _server = server;
        _chance = new Prng(world.Plan.Seed).Child($"liar {number}");
        _id = $"liar-{number}";
        _group = _chance.Next(2);
    }

    public void Act()
    {
        FleetLie lie = (FleetLie)_chance.Next(Enum.GetValues<FleetLie>().Length);
        _world.Tally.Count($"lie: {lie}");
        if (_world.Trace.IsVerbose)
            _world.Trace.Write($"{_id}: {lie}");
        switch (lie)
        {
            case FleetLie.SuccessWithoutGrant:
                string fresh = $"{_id}-{++_made}";
                Say(fresh, OmahaEvent.DownloadStarted, OmahaEvent.DownloadFinished, OmahaEvent.Installed);
                Ask(fresh, AnyVersion(), OmahaEvent.Running("1.0.0"));
                break;
            case FleetLie.ErrorsTwice:
                Ask(_id, _world.Plan.Versions[0]);
                Say(_id, OmahaEvent.Failed(10), OmahaEvent.Failed(10));
                Say(_id, OmahaEvent.RolledBack, OmahaEvent.RolledBack);
                break;
            case FleetLie.StrangeVersions:
                Ask(_id, s_strange[_chance.Next(s_strange.Length)]);
                break;
            case FleetLie.OtherMachine:
                Impersonate(_world.Clients[_chance.Next(_world.Clients.Length)]);
                break;
            case FleetLie.NewMachines:
                int count = 1 + _chance.Next(10 + (_world.Plan.Machines / 20));
                count = Math.Min(count, MostMade - _made);
                for (int i = 0; i < count; i++)
                    Ask($"{_id}-{++_made}", _world.Plan.Versions[_chance.Next(_world.Plan.Versions.Length)]);
                break;
            case FleetLie.EndlessFetch:
                Ask($"{_id}-fetch", _world.Plan.Versions[0]);
                for (int i = 0; i < 10; i++)
                    Say($"{_id}-fetch", OmahaEvent.DownloadStarted);
                break;
            default:
                throw new InvalidOperationException($"{lie} is no lie");
        }
    }

    private void Impersonate(FleetClient other)
    {
        if (_chance.Chance(0.5))
            Ask(other.Id, AnyVersion());
        else
            Say(other.Id, _chance.Chance(0.5) ? OmahaEvent.RolledBack : OmahaEvent.DownloadStarted);
    }

    private void Ask(string id, string version, params OmahaEvent[] events) => _server.Handle(
        new FleetRequest(id, _group, events, new RolloutAsk { Version = version, IsOnDemand = _chance.Chance(0.1) }));

    private void Say(string id, params OmahaEvent[] events) =>
        _server.Handle(new FleetRequest(id, _group, events, null));

    private string AnyVersion() => _chance.Chance(0.5)
        ? _world.Plan.Releases[_chance.Next(_world.Plan.Releases.Length)].Version
        : _world.Plan.Versions[_chance.Next(_world.Plan.Versions.Length)];
}
