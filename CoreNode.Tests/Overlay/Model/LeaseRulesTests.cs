using System.Net;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Model;

[TestFixture, Category("Unit")]
internal sealed class LeaseRulesTests
{
    private readonly OverlayConfig _config = OverlaySamples.Config(OverlaySamples.Vxlan);
    private readonly Prng _chance = new(1);
    private LeaseMemory _memory = new();

    private OwnMachine Own => OverlaySamples.Own(_config);

    [SetUp]
    public void SetUp() => _memory = new LeaseMemory();

    [Test]
    public void Nothing_is_taken_before_leases_are_known() =>
        Assert.That(Next(new LeaseBook()), Is.InstanceOf<LeaseStep.Wait>());

    [Test]
    public void A_free_one_is_one_of_the_first_hundred()
    {
        LeaseBook book = OverlaySamples.Book(Foreign("10.1.1.0-24", 2), Foreign("10.1.50.0-24", 3));
        HashSet<string> taken = [];
        for (int i = 0; i < 5000; i++)
            taken.Add(((LeaseStep.Create)Next(book)).Subnets.ToString());
        HashSet<string> expected =
        [
            .. Enumerable.Range(2, 101).Where(static n => n != 50).Select(static n => $"10.1.{n}.0/24"),
        ];
        Assert.That(taken, Is.EquivalentTo(expected));
    }

    [Test]
    public void Whatever_lies_in_a_subnet_takes_it()
    {
        OverlayConfig small = OverlaySamples.Config("""{"Network":"10.1.0.0/22"}""");
        LeaseBook book = OverlaySamples.Book(Foreign("10.1.1.128-25", 2), Stored("10.1.2.0-24", "nonsense", 3));
        Assert.That(Step(small, book), Is.EqualTo(new LeaseStep.Create(Subnet("10.1.3.0/24"))));
        book.Put(Foreign("10.1.3.0-30", 9));
        Assert.That(Step(small, book), Is.InstanceOf<LeaseStep.Full>());
    }

    [Test]
    public void A_lease_over_the_whole_network_takes_nothing()
    {
        _memory.Previous = Subnet("10.1.77.0/24");
        LeaseBook book = OverlaySamples.Book(Foreign("10.0.0.0-8", 2), Foreign("10.1.0.0-17", 3));
        Assert.That(Next(book), Is.EqualTo(new LeaseStep.Create(_memory.Previous)));
        _memory.Previous = null;
        Assert.That(((LeaseStep.Create)Next(book)).Subnets.ToString(), Does.StartWith("10.1."));
    }

    [Test]
    public void Large_networks_are_searched_quickly_and_to_their_end()
    {
        OverlayConfig config = OverlaySamples.Config(
            """{"EnableIPv4":false,"EnableIPv6":true,"IPv6Network":"8000::/1","IPv6SubnetLen":126}""");
        LeaseBook book = OverlaySamples.Book(Foreign("0.0.0.0-0&8000::-3", 2));
        var step = (LeaseStep.Create)Step(config, book);
        Assert.That(step.Subnets.V6!.ToString(), Does.StartWith("a000::"));
    }

    [Test]
    public void Both_families_have_the_same_place_so_that_two_machines_write_one_key()
    {
        OverlayConfig dual = OverlaySamples.Config(OverlaySamples.Dual);
        for (int i = 0; i < 200; i++)
        {
            LeaseSubnets subnets = ((LeaseStep.Create)Step(dual, OverlaySamples.Book())).Subnets;
            Assert.That(
                subnets.V6!.Address.GetAddressBytes()[7], Is.EqualTo(subnets.V4!.Address.GetAddressBytes()[2]));
        }

        LeaseBook book = OverlaySamples.Book(
            [.. Enumerable.Range(1, 100).Select(static n => Foreign($"0.0.0.0-0&fd00:1:0:{n:x}::-64", n))]);
        LeaseSubnets other = ((LeaseStep.Create)Step(dual, book)).Subnets;
        Assert.That(other.V6!.Address.GetAddressBytes()[7], Is.GreaterThan(100), "where that is taken any other one");
    }

    [TestCase("10.1.5.0-24&fd00:1:0:6::-64", true)]
    [TestCase("10.1.6.0-24&fd00:1:0:5::-64", true)]
    [TestCase("10.1.6.0-24&fd00:1:0:6::-64", false)]
    public void Who_was_second_in_a_subnet_under_another_key_gives_way(string name, bool isShared)
    {
        OverlayConfig dual = OverlaySamples.Config(OverlaySamples.Dual);
        OwnMachine own = OverlaySamples.Own(dual);
        LeaseSubnets subnets = LeaseKey.Read("10.1.5.0-24&fd00:1:0:5::-64", out _)!;
        _memory.Held = new HeldLease("10.1.5.0-24&fd00:1:0:5::-64", subnets, own.Text, false);
        LeaseBook book = OverlaySamples.Book(
            OverlaySamples.Stored(_memory.Held.Name, own.Value, 20), Foreign(name, 30));
        Assert.That(Step(dual, book), Is.InstanceOf<LeaseStep.Keep>(), "who was first keeps it");
        book = OverlaySamples.Book(OverlaySamples.Stored(_memory.Held.Name, own.Value, 20), Foreign(name, 10));
        if (!isShared)
        {
            Assert.That(Step(dual, book), Is.InstanceOf<LeaseStep.Keep>());
            return;
        }

        Assert.That(Step(dual, book), Is.InstanceOf<LeaseStep.Lost>());
        _memory.Held = null;
        _memory.Previous = subnets;
        LeaseSubnets next = ((LeaseStep.Create)Step(dual, book)).Subnets;
        Assert.That(next.V4, Is.Not.EqualTo(subnets.V4));
        Assert.That(next.V6, Is.Not.EqualTo(subnets.V6));
        _memory.Held = new HeldLease(LeaseKey.Write(next), next, own.Text, false);
        book.Put(OverlaySamples.Stored(_memory.Held.Name, own.Value, 1001));
        Assert.That(
            ((LeaseStep.Delete)Step(dual, book)).Entry.Name, Is.EqualTo("10.1.5.0-24&fd00:1:0:5::-64"),
            "what it had goes once it has another one");
    }

    [Test]
    public void The_previous_subnet_is_taken_again_if_it_is_free()
    {
        _memory.Previous = Subnet("10.1.77.0/24");
        Assert.That(Next(OverlaySamples.Book()), Is.EqualTo(new LeaseStep.Create(Subnet("10.1.77.0/24"))));
        Assert.That(
            ((LeaseStep.Create)Next(OverlaySamples.Book(Foreign("10.1.77.0-24", 2)))).Subnets,
            Is.Not.EqualTo(_memory.Previous));
        _memory.Previous = Subnet("10.2.77.0/24");
        Assert.That(
            ((LeaseStep.Create)Next(OverlaySamples.Book())).Subnets.ToString(), Does.StartWith("10.1."),
            "it is not of this network");
    }

    [Test]
    public void A_lease_with_this_machines_address_is_used_again()
    {
        LeaseBook book = OverlaySamples.Book(
            Foreign("10.1.4.0-24", 2), Stored("10.1.5.0-24", """{"PublicIP":"172.30.77.1"}""", 5));
        Assert.That(Rewritten(Next(book)), Is.EqualTo("10.1.5.0-24"));
    }

    [Test]
    public void Of_several_with_this_address_the_surest_is_used()
    {
        string other = LeaseJson.Write(OverlaySamples.Own(_config, 9).Value);
        LeaseBook book = OverlaySamples.Book(
            Stored("10.1.4.0-24", other, 2), Stored("10.1.5.0-24", other, 1), Stored("10.1.6.0-24", other, 3));
        Assert.That(Rewritten(Next(book)), Is.EqualTo("10.1.5.0-24"), "the oldest");
        _memory.Previous = Subnet("10.1.6.0/24");
        Assert.That(Rewritten(Next(book)), Is.EqualTo("10.1.6.0-24"), "what it had");
        book.Put(Stored("10.1.4.0-24", Own.Text.Replace("vxlan", "", StringComparison.Ordinal), 1004));
        Assert.That(Rewritten(Next(book)), Is.EqualTo("10.1.4.0-24"), "with its devices");
    }

    [Test]
    public void A_lease_out_of_range_is_given_up_once_there_is_another_one()
    {
        LeaseBook book = OverlaySamples.Book(Stored("10.9.5.0-24", Own.Text, 5));
        var create = (LeaseStep.Create)Next(book);
        Hold(create.Subnets);
        book.Put(Stored(LeaseKey.Write(create.Subnets), Own.Text, 1001));
        Assert.That(Next(book), Is.EqualTo(new LeaseStep.Delete(book.Find("10.9.5.0-24")!)));
        book.Remove("10.9.5.0-24", new StoreIndex(1002));
        Assert.That(Next(book), Is.InstanceOf<LeaseStep.Keep>());
    }

    [Test]
    public void A_lease_without_an_end_is_an_operators_and_stays()
    {
        LeaseBook book = OverlaySamples.Book(
            Stored("10.9.5.0-24", Own.Text, 5) with { Expiration = null }, Stored("10.1.5.0-24", Own.Text, 6));
        Hold(Subnet("10.1.5.0/24"));
        Assert.That(Next(book), Is.InstanceOf<LeaseStep.Keep>());
    }

    [Test]
    public void A_lease_that_was_deleted_is_taken_again()
    {
        Hold(Subnet("10.1.5.0/24"));
        Assert.That(Next(OverlaySamples.Book()), Is.EqualTo(new LeaseStep.Create(Subnet("10.1.5.0/24"))));
    }

    [Test]
    public void Who_lost_a_lease_takes_another_one()
    {
        Hold(Subnet("10.1.5.0/24"));
        LeaseBook book = OverlaySamples.Book(Foreign("10.1.5.0-24", 2));
        var lost = (LeaseStep.Lost)Next(book);
        _memory.Lose(lost.Entry);
        Assert.That(((LeaseStep.Create)Next(book)).Subnets, Is.Not.EqualTo(Subnet("10.1.5.0/24")));
    }

    [Test]
    public void A_twin_with_the_same_address_keeps_what_it_took()
    {
        Hold(Subnet("10.1.5.0/24"));
        LeaseBook book = OverlaySamples.Book(
            OverlaySamples.Stored("10.1.5.0-24", OverlaySamples.Own(_config, 9).Value, 2));
        var lost = (LeaseStep.Lost)Next(book);
        _memory.Lose(lost.Entry);
        var create = (LeaseStep.Create)Next(book);
        Assert.That(create.Subnets, Is.Not.EqualTo(Subnet("10.1.5.0/24")), "it does not take it back by its address");
        Hold(create.Subnets);
        book.Put(Stored(LeaseKey.Write(create.Subnets), Own.Text, 1001));
        Assert.That(Next(book), Is.InstanceOf<LeaseStep.Keep>(), "nor does it remove the twin's");
    }

    [Test]
    public void A_new_address_of_the_machine_goes_into_its_lease()
    {
        Hold(Subnet("10.1.5.0/24"));
        LeaseBook book = OverlaySamples.Book(Stored("10.1.5.0-24", Own.Text, 2));
        OwnMachine moved = Own with { Value = Own.Value with { PublicV4 = IPAddress.Parse("172.30.77.99") } };
        moved = new OwnMachine(moved.Value, moved.Below, moved.LocalV4, moved.LocalV6);
        Assert.That(
            LeaseRules.Next(_config, book, moved, _memory, _chance), Is.InstanceOf<LeaseStep.Rewrite>());
    }

    [Test]
    public void What_a_lost_answer_left_is_removed()
    {
        Hold(Subnet("10.1.5.0/24"));
        LeaseBook book = OverlaySamples.Book(
            Stored("10.1.5.0-24", Own.Text, 2), Stored("10.1.6.0-24", Own.Text, 3));
        Assert.That(Next(book), Is.EqualTo(new LeaseStep.Delete(book.Find("10.1.6.0-24")!)));

        OverlayConfig routes = OverlaySamples.Config("""{"Network":"10.1.0.0/16","Backend":{"Type":"host-gw"}}""");
        OwnMachine own = OverlaySamples.Own(routes);
        _memory.Held = new HeldLease("10.1.5.0-24", Subnet("10.1.5.0/24"), own.Text, false);
        LeaseBook second = OverlaySamples.Book(
            Stored("10.1.5.0-24", own.Text, 2), Stored("10.1.6.0-24", own.Text, 3));
        Assert.That(LeaseRules.Next(routes, second, own, _memory, _chance), Is.InstanceOf<LeaseStep.Keep>());
        _memory.Attempted.Add("10.1.6.0-24");
        Assert.That(LeaseRules.Next(routes, second, own, _memory, _chance), Is.InstanceOf<LeaseStep.Delete>());
    }

    [Test]
    public void Both_families_are_leased_together()
    {
        OverlayConfig dual = OverlaySamples.Config(OverlaySamples.Dual);
        var create = (LeaseStep.Create)Step(dual, OverlaySamples.Book(Foreign("10.1.1.0-24&fd00:1:0:1::-64", 2)));
        Assert.That(dual.Fits(create.Subnets), Is.True);
        Assert.That(LeaseKey.Write(create.Subnets), Does.Match(@"^10\.1\.\d+\.0-24&fd00:1:0:[0-9a-f]+::-64$"));
    }

    [Test]
    public void What_was_refused_is_not_asked_for_again()
    {
        OverlayConfig small = OverlaySamples.Config("""{"Network":"10.1.0.0/22"}""");
        _memory.Refused.Add("10.1.1.0-24");
        _memory.Refused.Add("10.1.3.0-24");
        Assert.That(Step(small, OverlaySamples.Book()), Is.EqualTo(new LeaseStep.Create(Subnet("10.1.2.0/24"))));
    }

    private LeaseStep Next(LeaseBook book) => Step(_config, book);

    private LeaseStep Step(OverlayConfig config, LeaseBook book) =>
        LeaseRules.Next(config, book, OverlaySamples.Own(config), _memory, _chance);

    private void Hold(LeaseSubnets subnets) =>
        _memory.Held = new HeldLease(LeaseKey.Write(subnets), subnets, Own.Text, false);

    private static string Rewritten(LeaseStep step) => ((LeaseStep.Rewrite)step).Entry.Name;

    private static LeaseSubnets Subnet(string text) => new(IpPrefix.Parse(text), null);

    private static StoredLease Foreign(string name, int peer) =>
        OverlaySamples.Stored(name, OverlaySamples.Peer(peer), (ulong)peer);

    private static StoredLease Stored(string name, string text, ulong index) =>
        OverlaySamples.Stored(name, text, index);
}
