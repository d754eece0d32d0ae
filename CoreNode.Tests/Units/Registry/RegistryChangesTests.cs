using System.Collections.Immutable;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Registry;

/// <summary>What a state says of how it differs from an earlier one.</summary>
[TestFixture, Category("Unit")]
internal sealed class RegistryChangesTests
{
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    [Test]
    public void Everything_that_differs_is_named([Range(1, 20)] int seed)
    {
        RegistryTree tree = new();
        RandomRegistry random = new(new Prng((ulong)seed), s_keys);
        int named = 0;
        for (int round = 0; round < 40; round++)
        {
            RegistryState before = tree.State;
            for (int step = 0; step <= round % 7; step++)
                random.Step(tree);
            RegistryState after = tree.State;
            if (after.ChangesSince(before) is not { } changes)
                continue;
            named += changes.Units.Count;
            Check(before.Jobs, after.Jobs, changes.Units);
            Check(before.ScheduleByUnit, after.ScheduleByUnit, changes.Units);
            Check(before.StatesByUnit, after.StatesByUnit, changes.Units);
            Check(before.Machines, after.Machines, changes.Machines);
            Check(before.ScheduleByMachine, after.ScheduleByMachine, changes.Machines);
            Check(before.StatesByMachine, after.StatesByMachine, changes.Machines);
            Check(before.Announced, after.Announced, changes.Machines);
            Check(before.Texts, after.Texts, changes.Texts);
            foreach (string folder in before.EmptyFolders.Keys.Concat(after.EmptyFolders.Keys))
            {
                if (before.EmptyFolders.ContainsKey(folder) != after.EmptyFolders.ContainsKey(folder))
                    Assert.That(
                        EmptyFolder.IsOfUnit(folder) ? changes.Units : changes.Machines,
                        Does.Contain(EmptyFolder.OwnerOf(folder)), folder);
            }
        }

        Assert.That(named, Is.GreaterThan(10));
    }

    [Test]
    public void One_change_names_only_what_it_concerns()
    {
        RegistryTree tree = new();
        tree.Set(s_keys.JobTargetState("a.service"), "launched");
        tree.Set(s_keys.JobTargetState("b.service"), "launched");
        RegistryState before = tree.State;
        tree.Set(s_keys.JobTarget("b.service"), "m1");
        RegistryChanges changes = tree.State.ChangesSince(before)!;
        Assert.That(changes.Units, Is.EqualTo(new[] { "b.service" }));
        Assert.That(changes.Machines, Is.Empty);
        Assert.That(changes.Texts, Is.Empty);
        Assert.That(tree.State.ChangesSince(tree.State)!.Units, Is.Empty);
    }

    [Test]
    public void Of_a_state_from_elsewhere_nothing_is_known()
    {
        RegistryTree tree = new();
        tree.Set(s_keys.JobTargetState("a.service"), "launched");
        RegistryState before = tree.State;
        tree.Set(s_keys.JobTargetState("a.service"), "loaded");
        RegistryState listed = RegistryState.Of(s_keys, tree.Listing(), tree.State.Index);
        Assert.That(listed.ChangesSince(before), Is.Null);
        Assert.That(before.ChangesSince(tree.State), Is.Null, "the way goes one way");

        // A second way from the same state is not known to it.
        KvNode node = new()
        {
            Key = s_keys.JobTargetState("b.service"),
            Value = "loaded",
            CreatedIndex = tree.State.Index,
            ModifiedIndex = tree.State.Index,
        };
        RegistryState other = before.Apply(new KvChange(KeyAction.Set, node, null, tree.State.Index));
        Assert.That(other.ChangesSince(before), Is.Null);
        Assert.That(tree.State.ChangesSince(before), Is.Not.Null);
    }

    private static void Check<T>(
        ImmutableSortedDictionary<string, T> before,
        ImmutableSortedDictionary<string, T> after,
        IReadOnlyCollection<string> named)
        where T : class
    {
        foreach (string name in before.Keys.Union(after.Keys))
        {
            if (!ReferenceEquals(before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
                Assert.That(named, Does.Contain(name));
        }
    }
}
