using CoreNode.Foundation;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>Whole lives of machines by chance: never stuck, never without a slot that boots, never forgetful.</summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class LifecycleWalkTests
{
    [Test]
    public void Whatever_happens_a_machine_gets_to_the_next_good_version_once_it_is_left_in_peace()
    {
        for (ulong seed = 1; seed <= 150; seed++)
        {
            LifecycleWorld world = new(new Prng(seed));
            world.Chaos(200);
            world.Settle(600);
            Assert.That(world.RunningVersion, Is.EqualTo(world.NewestVersion), $"seed {seed}\n{world.Trail}");
        }
    }

    [Test]
    public void Walks_by_chance_take_every_arrow_of_the_diagram()
    {
        List<LifecycleTransition> missing = [.. LifecycleTransitions.All];
        for (ulong seed = 1; seed <= 1000 && missing.Count > 0; seed++)
        {
            LifecycleWorld world = new(new Prng(seed));
            world.OnMove = (from, to) => missing.RemoveAll(t => t.From == from && t.To == to);
            world.Chaos(300);
        }

        Assert.That(missing.Select(t => $"{t.From} -> {t.To}"), Is.Empty);
    }

    [Test]
    public void From_every_stage_time_alone_leads_to_rest()
    {
        foreach (LifecycleStage stage in (LifecycleStage[])
            [
                LifecycleStage.Checking, LifecycleStage.Available, LifecycleStage.Downloading, LifecycleStage.Verifying,
                LifecycleStage.Finalizing,
            ])
        {
            LifecycleDesk desk = LifecycleDesk.Started().To(stage);
            int turns = 0;
            while (desk.State.Stage != LifecycleStage.Idle && turns++ < 100)
                desk.PassUntilDue();
            Assert.That(desk.State.Stage, Is.EqualTo(LifecycleStage.Idle), stage.ToString());
            Assert.That(desk.Last.Due, Is.Not.Null, stage.ToString());
        }
    }

    [Test]
    public void Any_fact_in_any_stage_is_taken()
    {
        LifecycleStage[] stages =
        [
            LifecycleStage.Checking, LifecycleStage.Available, LifecycleStage.Downloading, LifecycleStage.Verifying,
            LifecycleStage.Finalizing, LifecycleStage.NeedReboot, LifecycleStage.Judging,
        ];
        foreach (LifecycleStage stage in stages)
        {
            foreach (UpdateError code in Enum.GetValues<UpdateError>())
            {
                LifecycleDesk desk = LifecycleDesk.Started().To(stage);
                Assert.That(() => desk.Fail(code), Throws.Nothing, $"{stage} {code}");
                Assert.That(desk.Last.Reason, Is.Not.Empty);
            }
        }
    }
}
