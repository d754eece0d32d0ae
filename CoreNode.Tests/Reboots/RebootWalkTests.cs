using CoreNode.Foundation;
using CoreNode.Reboots;

namespace CoreNode.Tests.Reboots;

/// <summary>Whole lives of machines by chance: never stuck, nothing forgotten, nothing outside the window.</summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class RebootWalkTests
{
    [Test]
    public void Whatever_happens_everything_is_given_back_once_nobody_wants_anything()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            RebootWorld world = new(new Prng(seed));
            world.Begin();
            world.Chaos(200);
            world.Settle(isWanted: false);
            Assert.That(world.State.Stage, Is.EqualTo(RebootStage.Idle), $"seed {seed}\n{world.Trail}");
            Assert.That(world.IsLockHeld || world.IsCordoned, Is.False, $"seed {seed}\n{world.Trail}");
        }
    }

    [Test]
    public void Whatever_happens_a_machine_restarts_for_a_new_wish_once_it_is_left_in_peace()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            RebootWorld world = new(new Prng(seed));
            world.Begin();
            world.Chaos(200);
            int before = world.Reboots;
            world.Settle(isWanted: true);
            Assert.That(world.Reboots, Is.GreaterThan(before), $"seed {seed}\n{world.Trail}");
            Assert.That(world.IsLockHeld || world.IsCordoned, Is.False, $"seed {seed}\n{world.Trail}");
        }
    }

    [Test]
    public void Walks_by_chance_take_every_arrow_of_the_diagram()
    {
        List<RebootArrow> missing = [.. RebootArrows.All];
        for (ulong seed = 1; seed <= 2000 && missing.Count > 0; seed++)
        {
            RebootWorld world = new(new Prng(seed))
            {
                OnMove = (from, to) => missing.RemoveAll(t => t.From == from && t.To == to),
            };
            world.Begin();
            world.Chaos(300);
        }

        Assert.That(missing.Select(t => $"{t.From} -> {t.To}"), Is.Empty);
    }
}
