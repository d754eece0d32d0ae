using CoreNode.Runner.Guard;
using CoreNode.Units.Manager;

namespace CoreNode.Tests.Runner.Guard;

[TestFixture, Category("Unit")]
internal sealed class GuardStateTests
{
    private static readonly TimeSpan s_deadline = At(100);
    private static readonly GuardMessage s_message =
        new(s_deadline, [new GuardedUnit("a.service", new UnitProcesses(["/sys/fs/cgroup/a"], "A=1"))]);

    [Test]
    public void It_kills_at_the_deadline_and_not_before_whoever_is_connected()
    {
        GuardState state = new();
        state.Connected(true, At(1));
        state.Hold(s_message);
        state.Connected(false, At(50));
        Assert.That(state.WakeAt, Is.EqualTo(s_deadline));
        Assert.That(state.IsKillDue(s_deadline - TimeSpan.FromTicks(1)), Is.False);
        Assert.That(state.IsKillDue(s_deadline));
        Assert.That(state.IsOver(At(99)), Is.False);
    }

    [Test]
    public void After_it_killed_it_looks_again_and_again_until_it_is_armed_anew()
    {
        GuardState state = new();
        state.Connected(true, At(1));
        state.Hold(s_message);
        TimeSpan now = s_deadline;
        for (int i = 0; i < 300; i++)
        {
            state.Killed(now);
            Assert.That(state.IsKillDue(now), Is.False);
            now = state.WakeAt!.Value;
            Assert.That(state.IsKillDue(now));
        }

        Assert.That(state.IsOver(At(10_000)), Is.False, "its supervisor is there");
        state.Hold(s_message with { Deadline = At(20_000) });
        Assert.That(state.HasFired, Is.False);
        Assert.That(state.IsKillDue(now), Is.False);
    }

    [Test]
    public void It_ends_when_nobody_needs_it_and_it_holds_nothing_that_lives()
    {
        GuardState state = new();
        state.Connected(false, At(1));
        Assert.That(state.IsOver(At(5)), Is.False, "its supervisor has a moment to come");
        Assert.That(state.IsOver(At(6)));
        state.Hold(s_message);
        Assert.That(state.IsOver(At(6)), Is.False);
        state.Killed(s_deadline);
        Assert.That(state.IsOver(s_deadline), Is.False);
        Assert.That(state.IsOver(s_deadline + TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void A_message_says_the_same_on_the_other_side()
    {
        byte[] bytes = s_message.Write();
        GuardMessage read = GuardMessage.Read(bytes[GuardMessage.HeadBytes..]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Deadline, Is.EqualTo(s_deadline));
            Assert.That(read.Units[0].Name, Is.EqualTo("a.service"));
            Assert.That(read.Units[0].Processes.ControlGroups, Is.EqualTo((string[])["/sys/fs/cgroup/a"]));
            Assert.That(read.Units[0].Processes.Mark, Is.EqualTo("A=1"));
        }
    }

    [Test]
    public void A_message_that_is_cut_short_or_of_another_version_is_refused()
    {
        byte[] bytes = s_message.Write()[GuardMessage.HeadBytes..];
        for (int length = 0; length < bytes.Length; length++)
            Assert.That(() => GuardMessage.Read(bytes[..length]), Throws.InstanceOf<IOException>(), $"{length} bytes");
        bytes[0]++;
        Assert.That(() => GuardMessage.Read(bytes), Throws.InstanceOf<IOException>());
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
