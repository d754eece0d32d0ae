using CoreNode.Hosting.Payloads;

namespace CoreNode.Tests.Hosting;

/// <summary>Work on several threads whose results are taken in order.</summary>
[TestFixture, Category("Unit")]
internal sealed class OrderedWorkTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [TestCase(1, 1)]
    [TestCase(100, 1)]
    [TestCase(1000, 4)]
    [TestCase(2, 8)]
    [TestCase(0, 2)]
    public void Results_come_in_order(int count, int threads)
    {
        List<string> taken = [];
        OrderedWork<string>.Run(
            count, threads, () => number => $"{number}", taken.Add, CancellationToken.None);
        Assert.That(taken, Is.EqualTo(Enumerable.Range(0, count).Select(number => $"{number}")));
    }

    [Test]
    public void No_more_than_a_few_results_wait_for_an_earlier_one()
    {
        using ManualResetEventSlim first = new();
        int started = 0;
        List<string> taken = [];
        OrderedWork<string>.Run(
            1000,
            2,
            () => number =>
            {
                int count = Interlocked.Increment(ref started);
                // Who runs into the bound lets the first result go; that may be the first one itself.
                if (count == 8)
                    first.Set();
                if (number == 0)
                    Assert.That(first.Wait(s_patience), Is.True);
                return $"{number}";
            },
            result =>
            {
                if (result == "0")
                    Assert.That(Volatile.Read(ref started), Is.LessThanOrEqualTo(1 + 8));
                taken.Add(result);
            },
            CancellationToken.None);
        Assert.That(taken, Has.Count.EqualTo(1000));
    }

    [Test]
    public void A_fault_of_a_thread_ends_the_work_and_is_told()
    {
        IOException fault = Assert.Throws<IOException>(() => OrderedWork<string>.Run(
            1000,
            3,
            () => number => number == 50 ? throw new IOException("disk gone") : $"{number}",
            _ => { },
            CancellationToken.None))!;
        Assert.That(fault.Message, Is.EqualTo("disk gone"));
    }

    [Test]
    public void A_fault_of_the_taker_ends_the_threads()
    {
        Assert.Throws<InvalidOperationException>(() => OrderedWork<string>.Run(
            1000,
            3,
            () => number => $"{number}",
            result => throw new InvalidOperationException(result),
            CancellationToken.None));
    }

    [Test]
    public void Cancellation_ends_a_work_that_waits()
    {
        using CancellationTokenSource source = new();
        using ManualResetEventSlim never = new();
        Assert.Throws<OperationCanceledException>(() => OrderedWork<string>.Run(
            10,
            2,
            () => number =>
            {
                if (number == 3)
                {
                    source.Cancel();
                    Assert.That(source.IsCancellationRequested, Is.True);
                }

                return $"{number}";
            },
            result =>
            {
                if (result == "3")
                    never.Wait(source.Token);
            },
            source.Token));
    }
}
