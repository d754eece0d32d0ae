using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A client that writes keys which expire soon, by the clock of the member that it asks. When they go depends on the
/// leader's clock, so no history is kept; that all members and watchers see the same is checked as ever.
/// </summary>
internal sealed class SimulatedExpiry(SimulatedCluster cluster)
{
    private const int Keys = 5;

    private readonly SimulatedWorld _world = cluster.World;
    private readonly Prng _chance = new Prng(cluster.Plan.Seed).Child("expiry");

    /// <summary>Goes on until the end of the turmoil.</summary>
    public void Begin() => _world.After((500 + _chance.Next(2500)) * SimulationPlan.Millisecond, () =>
    {
        SimulatedProcess[] running = [.. cluster.Processes];
        if (running.Length > 0)
            Write(running[_chance.Next(running.Length)]);
        if (_world.Now < SimulationPlan.Turmoil)
            Begin();
    });

    private void Write(SimulatedProcess process)
    {
        TimeSpan life = TimeSpan.FromMilliseconds(200 + _chance.Next(5000));
        DateTimeOffset deadline = process.Member.Time.GetUtcNow() + life;
        byte[] command = new KeyCommand
        {
            Operation = KeyOperation.Set,
            Key = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/t/{_chance.Next(Keys)}")),
            Value = "soon gone"u8,
            ExpirationUnixNs = (deadline.UtcTicks - DateTime.UnixEpoch.Ticks) * 100,
        }.Encode();
        process.Submit(new SimulatedCall(_world, command, static _ => { }));
    }
}
