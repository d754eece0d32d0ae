using CoreNode.Store;

namespace CoreNode.Tests.Kv;

/// <summary>Changes of the store's own keys that hold only under a condition.</summary>
[TestFixture, Category("Unit")]
internal sealed class SystemKeyTests
{
    private KvHarness _kv = null!;

    [SetUp]
    public void Make() => _kv = new KvHarness();

    [Test]
    public void Create_makes_an_absent_key_and_moves_the_index()
    {
        Assert.That(KvHarness.Text(Create("auth/x", "1")), Is.EqualTo("ok"));
        Assert.That((_kv.Index, Value("auth/x")), Is.EqualTo((1UL, "1")));
    }

    [Test]
    public void Create_of_a_key_that_exists_changes_nothing()
    {
        Create("auth/x", "1");
        Assert.That(KvHarness.Text(Create("auth/x", "2")), Is.EqualTo("105 auth/x @1"));
        Assert.That((_kv.Index, Value("auth/x")), Is.EqualTo((1UL, "1")));
    }

    [Test]
    public void Compare_and_swap_changes_what_nobody_changed_since_it_was_read()
    {
        Create("auth/x", "1");
        _kv.Set("/other", "moves the index");
        Assert.That(KvHarness.Text(Swap("auth/x", "2", 1)), Is.EqualTo("ok"));
        Assert.That((_kv.Index, Value("auth/x")), Is.EqualTo((3UL, "2")));
        Assert.That(_kv.Machine.Publish().TryGetSystemRecord("auth/x"u8, out KeyRecord record), Is.True);
        Assert.That((record.CreatedIndex, record.ModifiedIndex), Is.EqualTo((1UL, 3UL)));
    }

    [Test]
    public void Compare_and_swap_of_a_changed_key_changes_nothing()
    {
        Create("auth/x", "1");
        Swap("auth/x", "2", 1);
        Assert.That(KvHarness.Text(Swap("auth/x", "3", 1)), Is.EqualTo("101 [1 != 2] @2"));
        Assert.That((_kv.Index, Value("auth/x")), Is.EqualTo((2UL, "2")));
    }

    [Test]
    public void Compare_and_swap_of_an_absent_key_changes_nothing()
    {
        Assert.That(KvHarness.Text(Swap("auth/x", "1", 0)), Is.EqualTo("100 auth/x @0"));
        Assert.That(_kv.Index, Is.Zero);
    }

    [Test]
    public void Conditional_changes_count_in_the_state_hash_only_when_they_hold()
    {
        Create("auth/x", "1");
        ulong before = _kv.Machine.StateHash;
        Create("auth/x", "2");
        Swap("auth/x", "2", 7);
        Assert.That(_kv.Machine.StateHash, Is.EqualTo(before));
        Swap("auth/x", "2", 1);
        Assert.That(_kv.Machine.StateHash, Is.Not.EqualTo(before));
    }

    [Test]
    public void The_identity_of_the_systems_keys_changes_with_them_and_with_nothing_else()
    {
        Create("auth/x", "1");
        object first = _kv.Machine.Publish().SystemIdentity;
        _kv.Set("/a", "1");
        Create("auth/x", "refused");
        Assert.That(_kv.Machine.Publish().SystemIdentity, Is.SameAs(first));
        Swap("auth/x", "2", 1);
        object second = _kv.Machine.Publish().SystemIdentity;
        Assert.That(second, Is.Not.SameAs(first));
        _kv.Apply(new KeyCommand { Operation = KeyOperation.SystemDelete, Key = "auth/x"u8 });
        Assert.That(_kv.Machine.Publish().SystemIdentity, Is.Not.SameAs(second));
    }

    private KeyOutcome Create(string key, string value) => _kv.Apply(new KeyCommand
    {
        Operation = KeyOperation.SystemCreate,
        Key = KvHarness.Bytes(key),
        Value = KvHarness.Bytes(value),
    });

    private KeyOutcome Swap(string key, string value, ulong expected) => _kv.Apply(new KeyCommand
    {
        Operation = KeyOperation.SystemCompareAndSwap,
        Key = KvHarness.Bytes(key),
        Value = KvHarness.Bytes(value),
        PreviousIndex = expected,
    });

    private string Value(string key) =>
        _kv.Machine.Publish().TryGetSystem(KvHarness.Bytes(key), out ReadOnlyMemory<byte> value)
            ? KvHarness.Text(value.Span)
            : "absent";
}
