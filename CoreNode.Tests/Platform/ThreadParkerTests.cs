using System.Diagnostics;
using CoreNode.Platform;

namespace CoreNode.Tests.Platform;

[TestFixture, Category("Unit")]
internal sealed class ThreadParkerTests
{
    [Test, CancelAfter(20_000)]
    public void A_parked_thread_is_woken_every_time()
    {
        const int Rounds = 1000;
        ThreadParker there = new();
        ThreadParker back = new();
        int sent = 0;
        int answered = 0;
        Thread thread = new(() =>
        {
            for (int i = 1; i <= Rounds; i++)
            {
                while (Volatile.Read(ref sent) < i)
                    there.Park();
                Volatile.Write(ref answered, i);
                back.Unpark();
            }
        });
        thread.Start();
        for (int i = 1; i <= Rounds; i++)
        {
            Volatile.Write(ref sent, i);
            there.Unpark();
            while (Volatile.Read(ref answered) < i)
                back.Park();
        }

        thread.Join();
        Assert.That(answered, Is.EqualTo(Rounds));
    }

    [Test, CancelAfter(20_000)]
    public void A_permit_given_before_is_kept_once()
    {
        ThreadParker parker = new();
        parker.Unpark();
        parker.Unpark();
        parker.Park();
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(20))
            parker.Park(TimeSpan.FromMilliseconds(20));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(20)));
    }
}
