using CoreNode.Store;

namespace CoreNode.Tests.Kv;

/// <summary>The counters as etcd 3.4 was seen to move them, with its slips.</summary>
[TestFixture, Category("Unit")]
internal sealed class StatisticsTests
{
    [Test]
    public void Each_operation_counts_its_success_and_its_failure()
    {
        KvHarness kv = new();
        Assert.Multiple(() =>
        {
            Counts(kv, () => kv.Set("/f", "1"), StoreCounter.SetsSuccess);
            Counts(kv, () => kv.Set("/d", dir: true), StoreCounter.SetsSuccess);
            Counts(kv, () => kv.Set("/d"), StoreCounter.SetsFail);
            Counts(kv, () => kv.Set("/"), StoreCounter.SetsFail);
            Counts(kv, () => kv.Create("/c", "1"), StoreCounter.CreateSuccess);
            Counts(kv, () => kv.Create("/c", "1"), StoreCounter.CreateFail);
            Counts(kv, () => kv.Update("/c", "1"), StoreCounter.UpdateSuccess);
            Counts(kv, () => kv.Update("/x", "1"), StoreCounter.UpdateFail);
            Counts(kv, () => kv.Swap("/c", "2", "1"), StoreCounter.CompareAndSwapSuccess);
            Counts(kv, () => kv.Swap("/c", "2", "1"), StoreCounter.CompareAndSwapFail);
            Counts(kv, () => kv.Swap("/d", "2", "1"), StoreCounter.CompareAndSwapFail);
            Counts(kv, () => kv.CompareAndDelete("/x", "1"), StoreCounter.CompareAndDeleteFail);
            Counts(kv, () => kv.CompareAndDelete("/c", "2"), StoreCounter.CompareAndDeleteSuccess);
            Counts(kv, () => kv.Delete("/d"), StoreCounter.DeleteFail);
            Counts(kv, () => kv.Delete("/x"), StoreCounter.DeleteFail);
            Counts(kv, () => kv.Delete("/d", dir: true), StoreCounter.DeleteSuccess);
        });
    }

    [Test]
    public void What_etcd_counts_wrongly_is_counted_so_here_too()
    {
        KvHarness kv = new();
        kv.Set("/f", "1");
        kv.Set("/d", dir: true);
        Assert.Multiple(() =>
        {
            Counts(kv, () => kv.Update("/d", "value"), StoreCounter.UpdateSuccess);
            Counts(kv, () => kv.Update("/"), StoreCounter.UpdateSuccess);
            Counts(kv, () => kv.Swap("/", "1", "x"), StoreCounter.CompareAndSwapSuccess);
            Counts(kv, () => kv.Delete("/", recursive: true), StoreCounter.DeleteSuccess);
            Counts(kv, () => kv.CompareAndDelete("/d", index: 9), StoreCounter.CompareAndDeleteSuccess);
            Counts(kv, () => kv.CompareAndDelete("/f", index: 9), StoreCounter.CompareAndDeleteSuccess);
            Counts(kv, () => kv.Create("/f/x"), StoreCounter.CreateFail, StoreCounter.SetsFail);
            Counts(kv, () => kv.Post("/f"), StoreCounter.CreateFail, StoreCounter.SetsFail);
        });
    }

    private static void Counts(KvHarness kv, Func<string> act, params StoreCounter[] expected)
    {
        StoreCounter[] all = Enum.GetValues<StoreCounter>();
        long[] before = [.. all.Select(counter => kv.Statistics[counter])];
        string answer = act();
        Assert.That(
            all.Where((counter, i) => kv.Statistics[counter] != before[i]), Is.EquivalentTo(expected), answer);
    }
}
