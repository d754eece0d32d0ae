using CoreNode.Foundation;
using CoreNode.Overlay.Model;

namespace CoreNode.Tests.Overlay.Model;

[TestFixture, Category("Unit")]
internal sealed class LeaseBookTests
{
    private const string Name = "10.1.2.0-24";

    [Test]
    public void A_listing_takes_out_what_it_lacks()
    {
        LeaseBook book = OverlaySamples.Book(Lease(Name, 5), Lease("10.1.3.0-24", 6));
        book.List([Lease(Name, 5)], new StoreIndex(2000));
        Assert.That(book.Entries.Single().Name, Is.EqualTo(Name));
    }

    [Test]
    public void A_listing_leaves_what_was_written_after_it()
    {
        LeaseBook book = OverlaySamples.Book();
        book.Put(Lease(Name, 1005));
        book.List([], new StoreIndex(1003));
        Assert.That(book.Find(Name), Is.Not.Null, "the answer to an own write came before");
        book.Follow(new StoreIndex(1005));
        book.List([], new StoreIndex(1006));
        Assert.That(book.Find(Name), Is.Null);
    }

    [Test]
    public void A_listing_of_a_store_that_was_set_back_counts()
    {
        LeaseBook book = OverlaySamples.Book(Lease(Name, 900));
        book.List([Lease("10.1.3.0-24", 40)], new StoreIndex(50));
        Assert.That(book.Entries.Single().Name, Is.EqualTo("10.1.3.0-24"));
    }

    [Test]
    public void What_comes_late_changes_nothing()
    {
        LeaseBook book = OverlaySamples.Book();
        book.Put(Lease(Name, 1010));
        book.Remove(Name, new StoreIndex(1005));
        Assert.That(book.Find(Name), Is.Not.Null, "the removal was before");
        book.Put(Lease(Name, 1007));
        Assert.That(book.Find(Name)!.Stored.Modified, Is.EqualTo(new StoreIndex(1010)));
        book.Remove(Name, new StoreIndex(1020));
        book.Put(Lease(Name, 1015));
        Assert.That(book.Find(Name), Is.Null, "the write was before the removal");
        book.Put(Lease(Name, 1021));
        Assert.That(book.Find(Name), Is.Not.Null);
    }

    [Test]
    public void Who_renews_is_as_old_as_before()
    {
        LeaseBook book = OverlaySamples.Book(OverlaySamples.Stored(Name, OverlaySamples.Peer(2), 5));
        book.Put(OverlaySamples.Stored(Name, OverlaySamples.Peer(2), 1500));
        Assert.That(book.Find(Name)!.Since, Is.EqualTo(new StoreIndex(5)));
        book.Put(OverlaySamples.Stored(Name, OverlaySamples.Peer(3), 1501));
        Assert.That(book.Find(Name)!.Since, Is.EqualTo(new StoreIndex(1501)));
    }

    private static StoredLease Lease(string name, ulong index) =>
        OverlaySamples.Stored(name, OverlaySamples.Peer(2), index);
}
