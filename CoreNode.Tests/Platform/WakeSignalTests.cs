using CoreNode.Platform;

namespace CoreNode.Tests.Platform;

[TestFixture, Category("Unit")]
internal sealed class WakeSignalTests
{
    [Test, CancelAfter(20_000)]
    public void A_waiting_thread_is_woken_and_an_early_set_is_kept()
    {
        using WakeSignal there = new();
        using WakeSignal back = new();
        int rounds = 0;
        Thread thread = new(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                there.Wait();
                rounds++;
                back.Set();
            }
        });
        thread.Start();
        for (int i = 0; i < 1000; i++)
        {
            there.Set();
            back.Wait();
        }

        thread.Join();
        Assert.That(rounds, Is.EqualTo(1000));
    }
}
