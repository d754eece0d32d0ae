using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster.Leases;

/// <summary>Leases as the leader of one term counts them; times are seconds of its clock.</summary>
[TestFixture, Category("Unit")]
internal sealed class LeaseTableTests
{
    private const double Gap = 0.75;
    private const int Lease = 10;

    [Test]
    public void A_lease_counts_from_when_the_renewal_came()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 101);
        LeaseEntry entry = table.Enter(Of("a"), 0, At(100.5), At(101.2));
        Assert.That(entry, Is.EqualTo(new LeaseEntry(LeaseEntryKind.Granted, At(Lease), IsChange: true)));
        Contacts(table, 101, 111);
        Assert.That(table.StateOf("a", At(110.49)), Is.EqualTo(MachineLeaseState.Held));
        Assert.That(table.StateOf("a", At(110.5)), Is.EqualTo(MachineLeaseState.Expired));
        Assert.That(table.NextEnd(At(110.1)), Is.EqualTo(At(110.5)));
    }

    [Test]
    public void A_renewal_needs_a_contact_that_was_sent_after_it()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 101);
        Assert.Throws<InvariantException>(() => table.Enter(Of("a"), 0, At(101.5), At(101.6)));
    }

    [Test]
    public void An_unheard_machine_is_waited_for_one_lease_of_the_term()
    {
        LeaseTable table = Table();
        Assert.That(table.StateOf("a", At(99)), Is.EqualTo(MachineLeaseState.Held), "nothing is sure before a contact");
        Contacts(table, 100, 112);
        Assert.That(table.StateOf("a", At(100 + Lease - 0.001)), Is.EqualTo(MachineLeaseState.Held));
        Assert.That(table.StateOf("a", At(100 + Lease + 0.1)), Is.EqualTo(MachineLeaseState.Expired));
        Assert.That(table.NextEnd(At(100)), Is.EqualTo(At(100 + Lease + 0.05)), "from the end of the first contact");
    }

    [Test]
    public void A_longer_lease_of_a_leader_before_is_waited_for_and_made_shorter_only_afterwards()
    {
        LeaseTable table = Table(stored: 30);
        Contacts(table, 100, 129);
        Assert.That(table.StateOf("a", At(129)), Is.EqualTo(MachineLeaseState.Held));
        Assert.That(table.Wanted(At(129)), Is.Null);
        Assert.That(table.Enter(Of("b", lease: 60), 0, At(128.8), At(129)).Lease, Is.EqualTo(At(Lease)));
        Contacts(table, 129, 131);
        Assert.That(table.StateOf("a", At(131)), Is.EqualTo(MachineLeaseState.Expired));
        Assert.That(table.Wanted(At(131)), Is.EqualTo(At(Lease)));
        table.SetStored(At(Lease));
        Assert.That(table.Wanted(At(131)), Is.Null);
    }

    [Test]
    public void The_first_lease_of_a_cluster_is_granted_once_its_length_is_stored()
    {
        LeaseTable table = Table(stored: 0);
        Contacts(table, 100, 101);
        Assert.That(table.Wanted(At(101)), Is.EqualTo(At(Lease)));
        table.SetStored(At(Lease));
        Assert.That(table.Enter(Of("a"), 0, At(100.5), At(101)).Lease, Is.EqualTo(At(Lease)));
    }

    [Test]
    public void A_machine_may_ask_for_less()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 120);
        Assert.That(table.Enter(Of("a", lease: 3), 0, At(119), At(120)).Lease, Is.EqualTo(At(3)));
        Contacts(table, 120, 123);
        Assert.That(table.StateOf("a", At(122.1)), Is.EqualTo(MachineLeaseState.Expired));
    }

    [Test]
    public void After_a_gap_of_contact_all_waits_begin_anew()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 120);
        table.Enter(Of("a"), 0, At(119.5), At(120));
        Assert.That(table.StateOf("b", At(120)), Is.EqualTo(MachineLeaseState.Expired));
        Assert.That(table.StateOf("b", At(120 + Gap + 0.01)), Is.EqualTo(MachineLeaseState.Held), "not sure any more");
        Assert.That(table.Contact(At(140), At(140.1)), Is.True);
        Assert.That(table.StateOf("a", At(140.2)), Is.EqualTo(MachineLeaseState.Held));
        Assert.That(table.StateOf("b", At(140.2)), Is.EqualTo(MachineLeaseState.Held));
        Assert.That(table.Present(At(140.2)), Is.Empty, "but nobody has been heard of");
        Contacts(table, 140.1, 151);
        Assert.That(table.StateOf("a", At(151)), Is.EqualTo(MachineLeaseState.Expired));
    }

    [Test]
    public void A_contact_that_was_sent_in_time_but_answered_late_is_a_gap()
    {
        LeaseTable table = Table();
        table.Contact(At(100), At(100.1));
        Assert.That(table.Contact(At(100.2), At(100.7)), Is.False);
        Assert.That(table.Contact(At(100.3), At(101.0)), Is.True, "0.8 s after the one before was sent");
    }

    [Test]
    public void A_second_instance_is_refused_while_the_first_holds_the_lease_and_welcome_afterwards()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 101);
        table.Enter(Of("a", instance: 1), 0, At(100.5), At(101));
        Contacts(table, 101, 105);
        Assert.That(
            table.Enter(Of("a", instance: 2), 0, At(104.5), At(105)).Kind, Is.EqualTo(LeaseEntryKind.Duplicate));
        Contacts(table, 105, 111);
        Assert.That(
            table.Enter(Of("a", instance: 2), 0, At(110.6), At(111)),
            Is.EqualTo(new LeaseEntry(LeaseEntryKind.Granted, At(Lease), IsChange: true)));
        Assert.That(
            table.Enter(Of("a", instance: 1), 0, At(110.7), At(111)).Kind, Is.EqualTo(LeaseEntryKind.Duplicate));
    }

    [Test]
    public void A_new_leader_knows_by_the_registration_who_may_hold_a_lease_of_the_term_before()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 101);
        Assert.That(
            table.Enter(Of("a", instance: 2), 1, At(100.5), At(101)).Kind, Is.EqualTo(LeaseEntryKind.Duplicate));
        Assert.That(table.Release(Of("a", instance: 2), 1, At(101)), Is.False);
        Assert.That(table.Enter(Of("a", instance: 1), 1, At(100.6), At(101)).Kind, Is.EqualTo(LeaseEntryKind.Granted));
        Contacts(table, 101, 112);
        Assert.That(
            table.Enter(Of("b", instance: 2), 1, At(111), At(112)).Kind, Is.EqualTo(LeaseEntryKind.Granted),
            "one full lease later nobody can hold one");
    }

    [Test]
    public void What_an_earlier_process_gives_back_late_takes_nothing_from_the_one_after_it()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 120);
        table.Enter(Of("a") with { Process = 1 }, 0, At(118), At(119));
        table.Enter(Of("a") with { Process = 2 }, 0, At(119), At(120));
        Assert.That(table.Release(Of("a") with { Process = 1 }, 0, At(120)), Is.False);
        table.Enter(Of("a") with { Process = 1 }, 0, At(119.5), At(120));
        Assert.That(table.Release(Of("a") with { Process = 1 }, 0, At(120)), Is.False, "nor after a renewal so late");
        Assert.That(table.StateOf("a", At(120)), Is.EqualTo(MachineLeaseState.Held));
        Assert.That(table.Release(Of("a") with { Process = 2 }, 0, At(120)), Is.True);
        Contacts(table, 120, 121);
        table.Enter(Of("a") with { Process = 1 }, 0, At(120.5), At(121));
        Assert.That(
            table.Release(Of("a") with { Process = 1 }, 0, At(121)), Is.True, "a clock that was set back is no harm");
    }

    [Test]
    public void A_lease_that_is_given_back_is_over_at_once_and_a_late_renewal_does_not_bring_it_back()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 120);
        table.Enter(Of("a"), 0, At(119), At(120));
        Assert.That(table.Present(At(120)), Is.EqualTo(new[] { "a" }));
        Assert.That(table.Release(Of("a", instance: 9), 0, At(120)), Is.False);
        Assert.That(table.Release(Of("a"), 0, At(120)), Is.True);
        Assert.That(table.StateOf("a", At(120)), Is.EqualTo(MachineLeaseState.Expired));
        Assert.That(table.Present(At(120)), Is.Empty);
        Contacts(table, 120, 121);
        Assert.That(table.Enter(Of("a"), 0, At(119.9), At(121)).Kind, Is.EqualTo(LeaseEntryKind.Late));
        Assert.That(table.Enter(Of("a"), 0, At(120.5), At(121)).IsChange, Is.True);
    }

    [Test]
    public void Only_a_machine_that_comes_or_comes_back_is_a_change()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 101);
        Assert.That(table.Enter(Of("a"), 0, At(100.5), At(101)).IsChange, Is.True);
        Contacts(table, 101, 104);
        Assert.That(table.Enter(Of("a"), 0, At(103.5), At(104)).IsChange, Is.False);
        Contacts(table, 104, 120);
        Assert.That(table.Enter(Of("a"), 0, At(119.5), At(120)).IsChange, Is.True);
    }

    [Test]
    public void A_machine_that_is_long_over_is_forgotten_and_stays_expired()
    {
        LeaseTable table = Table();
        Contacts(table, 100, 101);
        table.Enter(Of("a"), 0, At(100.5), At(101));
        Contacts(table, 101, 122);
        Assert.That(table.HasLeases, Is.False);
        Assert.That(table.StateOf("a", At(122)), Is.EqualTo(MachineLeaseState.Expired));
    }

    [Test]
    public void It_does_what_a_naive_count_does()
    {
        for (ulong seed = 1; seed <= 200; seed++)
            CompareWithNaive(new Prng(seed));
    }

    // The twin keeps everything that ever happened and looks through all of it at each question.
    private static void CompareWithNaive(Prng chance)
    {
        LeaseTable table = Table();
        List<(double Sent, double End)> contacts = [];
        List<(string Machine, double From, double Lease)> granted = [];
        double now = 100;
        for (int step = 0; step < 300; step++)
        {
            double sent = now + (chance.NextDouble() * 0.3);
            double received = now;
            now = sent + (chance.NextDouble() * (chance.Chance(0.02) ? 20 : 0.4));
            table.Contact(At(sent), At(now));
            contacts.Add((sent, now));
            string machine = $"m{chance.Next(4)}";
            if (chance.Chance(0.3))
            {
                double lease = 2 + chance.Next(9);
                table.Enter(Of(machine, lease: lease), 0, At(received), At(now));
                granted.Add((machine, received, lease));
            }

            double asked = now + (chance.Chance(0.1) ? 1 : 0);
            string other = $"m{chance.Next(5)}";
            Assert.That(
                table.StateOf(other, At(asked)) == MachineLeaseState.Held,
                Is.EqualTo(IsHeld(contacts, granted, other, asked)), $"seed {chance.Seed}, step {step}, {other}");
            now = asked;
        }
    }

    private static bool IsHeld(
        List<(double Sent, double End)> contacts, List<(string Machine, double From, double Lease)> granted,
        string machine, double now)
    {
        double since = contacts[0].End;
        for (int i = 1; i < contacts.Count; i++)
        {
            if (contacts[i].End - contacts[i - 1].Sent > Gap)
                since = contacts[i].End;
        }

        bool isOfMachine = granted.Exists(one => one.Machine == machine);
        (string _, double from, double lease) = isOfMachine ? granted.Last(one => one.Machine == machine) : default;
        return now - contacts[^1].Sent > Gap || now < since + Lease || (isOfMachine && now < from + lease);
    }

    private static LeaseTable Table(double stored = Lease) => new(At(Lease), At(Gap), At(stored));

    private static TimeSpan At(double seconds) => TimeSpan.FromMicroseconds(Math.Round(seconds * 1e6));

    private static LeaseRenewal Of(string machine, ulong instance = 7, double lease = Lease) =>
        new(machine, instance, At(lease));

    // Contacts every quarter of a second, each of which takes 50 ms; the last one ends at the end.
    private static void Contacts(LeaseTable table, double from, double to)
    {
        for (double at = from; at < to - 0.05; at += 0.25)
            table.Contact(At(at), At(at + 0.05));
        table.Contact(At(to - 0.05), At(to));
    }
}
