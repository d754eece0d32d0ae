using CoreNode.Platform;

namespace CoreNode.Tests.Platform;

[TestFixture, Category("Fault")]
[CancelAfter(30_000)]
internal sealed class BootAlarmsTests
{
    private const long Hour = 3600L * 1_000_000_000;
    private long _now = Hour;

    [SetUp]
    public void Begin() => _now = Hour;

    [Test]
    public async Task What_was_due_while_the_machine_slept_is_called_once_it_is_awake(CancellationToken stop)
    {
        BootAlarms alarms = new(() => Volatile.Read(ref _now), isWatched: false);
        TaskCompletionSource called = new();
        using ITimer soon = alarms.Create(
            _ => called.TrySetResult(), null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);
        using ITimer later = alarms.Create(
            static _ => Assert.Fail("not due"), null, TimeSpan.FromHours(3), Timeout.InfiniteTimeSpan);
        Assert.That(alarms.Ring(), Is.EqualTo(Hour + (Hour / 6)));
        Assert.That(called.Task.IsCompleted, Is.False);
        Volatile.Write(ref _now, 2 * Hour);
        Assert.That(alarms.Ring(), Is.EqualTo(4 * Hour));
        await called.Task.WaitAsync(stop);
    }

    [Test]
    public void A_timer_that_is_changed_or_ended_is_not_called_when_it_was_to_be()
    {
        BootAlarms alarms = new(() => Volatile.Read(ref _now), isWatched: false);
        using ITimer one = alarms.Create(
            static _ => { }, null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);
        ITimer two = alarms.Create(static _ => { }, null, TimeSpan.FromMinutes(20), Timeout.InfiniteTimeSpan);
        one.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.That(alarms.Ring(), Is.EqualTo(Hour + (Hour / 3)));
        two.Dispose();
        Assert.That(alarms.Ring(), Is.Null);
        Assert.That(two.Change(TimeSpan.Zero, TimeSpan.Zero), Is.False);
        one.Change(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        Volatile.Write(ref _now, 2 * Hour);
        Assert.That(alarms.Ring(), Is.EqualTo((2 * Hour) + (Hour / 60)), "again after a period from now");
    }

    [Test]
    public async Task The_machine_s_boot_clock_has_timers_of_its_own(CancellationToken stop)
    {
        TimeSpan begun = BootClock.Now(BootClock.Instance);
        Task longer = Task.Delay(TimeSpan.FromMinutes(10), BootClock.Instance, stop);
        await Task.Delay(TimeSpan.FromMilliseconds(30), BootClock.Instance, stop);
        Assert.That(BootClock.Now(BootClock.Instance) - begun, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(30)));
        Assert.That(longer.IsCompleted, Is.False);
    }
}
