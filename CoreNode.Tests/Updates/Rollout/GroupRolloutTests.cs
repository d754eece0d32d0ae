using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>What the scripts do not show of a group's rollout.</summary>
[TestFixture, Category("Unit")]
internal sealed class GroupRolloutTests
{
    private static readonly DateTimeOffset s_now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_silent_machine_is_forgotten_but_not_while_the_period_counts_it()
    {
        RolloutPolicy policy = new() { ForgetAfter = TimeSpan.FromHours(2), Period = TimeSpan.FromHours(5) };
        GroupRollout rollout = New(policy, []);
        RolloutMachine machine = new() { Id = "a" };
        rollout.Add(machine);
        Assert.That(rollout.IsVanished(machine, s_now, s_now.AddHours(2)), Is.True);
        machine = rollout.Check(machine, new RolloutAsk { Version = "1.0" }, s_now).Change.Machine;
        Assert.Multiple(() =>
        {
            Assert.That(rollout.IsVanished(machine, s_now, s_now.AddHours(2)), Is.False);
            Assert.That(rollout.IsVanished(machine, s_now, s_now.AddHours(5)), Is.True);
            Assert.That(rollout.IsVanished(machine, s_now.AddHours(4), s_now.AddHours(5)), Is.False);
            Assert.That(
                New(policy with { ForgetAfter = null }, [machine]).IsVanished(machine, s_now, s_now.AddYears(9)),
                Is.False);
        });
        rollout.Remove(machine);
        Assert.That(rollout.Count(s_now).Machines + rollout.Count(s_now).AtWork, Is.Zero);
    }

    [Test]
    public void Deciding_changes_nothing()
    {
        GroupRollout rollout = New(new RolloutPolicy { MaxAtATime = 1 }, []);
        RolloutMachine machine = new() { Id = "a" };
        rollout.Add(machine);
        string before = rollout.Describe();
        RolloutDecision decision = rollout.Decide(machine, new RolloutAsk { Version = "1.0" }, s_now);
        Assert.Multiple(() =>
        {
            Assert.That(decision, Is.InstanceOf<RolloutDecision.Offer>());
            Assert.That(rollout.Describe(), Is.EqualTo(before));
        });
    }

    [Test]
    public void Times_are_kept_in_whole_seconds()
    {
        GroupRollout rollout = New(new RolloutPolicy(), []);
        RolloutMachine machine = new() { Id = "a" };
        rollout.Add(machine);
        RolloutChange change =
            rollout.Check(machine, new RolloutAsk { Version = "1.0" }, s_now.AddMilliseconds(999)).Change;
        Assert.That((change.Machine.GrantedAt, change.Machine.Since), Is.EqualTo((s_now, s_now)));
    }

    [Test]
    public void A_machine_that_was_forced_and_went_back_is_not_forced_again()
    {
        GroupRollout rollout = New(new RolloutPolicy(), []);
        RolloutMachine machine = new() { Id = "a", Override = new MachineOverride { IsForced = true } };
        rollout.Add(machine);
        RolloutAsk ask = new() { Version = "1.0" };
        machine = rollout.Check(machine, ask, s_now).Change.Machine;
        machine = rollout.On(machine, new RolloutEvent(RolloutEventKind.Installed), s_now).Machine;
        Assert.That(machine.Override?.IsForced, Is.True);
        machine = rollout.On(machine, new RolloutEvent(RolloutEventKind.RolledBack, 44), s_now).Machine;
        (RolloutDecision decision, _) = rollout.Check(machine, ask, s_now);
        Assert.Multiple(() =>
        {
            Assert.That(machine.Override, Is.Null);
            Assert.That(decision, Is.InstanceOf<RolloutDecision.Hold>());
        });
    }

    private static GroupRollout New(RolloutPolicy policy, RolloutMachine[] machines)
    {
        RolloutRelease release = new()
        {
            Id = "r",
            Target = new RolloutStep("2.0", "p"),
            StartedAt = s_now,
        };
        return new GroupRollout(policy, TimeZoneInfo.Utc, release, RolloutStanding.Fresh, machines);
    }
}
