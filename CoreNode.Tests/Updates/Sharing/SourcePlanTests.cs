using CoreNode.Foundation;
using CoreNode.Updates.Sharing;

namespace CoreNode.Tests.Updates.Sharing;

/// <summary>Where a node goes for the next bytes of a payload.</summary>
[TestFixture, Category("Unit")]
internal sealed class SourcePlanTests
{
    private static readonly SharingTimes s_times = new();

    [Test]
    public void The_first_of_all_becomes_a_keeper()
    {
        Assert.That(Next(Reader()), Is.EqualTo(new SourceStep.Claim(0, null)));
    }

    [Test]
    public void A_node_that_is_alone_asks_the_server()
    {
        Assert.That(Next(Reader() with { Wanted = 0 }), Is.EqualTo(new SourceStep.Server(0, IsForAll: true)));
    }

    [Test]
    public void The_second_becomes_one_too_while_nothing_is_lost_by_it()
    {
        SourceFacts facts = Reader(Standing(0)) with { Wanted = 2 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(facts), Is.EqualTo(new SourceStep.Claim(1, null)));
            Assert.That(Next(facts with { Wanted = 1 }), Is.InstanceOf<SourceStep.Peer>());
            Assert.That(Next(facts with { From = 1 }), Is.InstanceOf<SourceStep.Peer>(), "it has begun already");
            Assert.That(Next(facts with { CanKeep = false }), Is.InstanceOf<SourceStep.Peer>());
        }
    }

    [Test]
    public void The_others_are_spread_over_the_keepers_that_have_what_they_need()
    {
        SourceFacts facts = Reader(
            Standing(0), Standing(1), Standing(2, first: 500), Standing(3, KeeperState.Out), Standing(4)) with
        {
            From = 100,
        };
        int[] slots = [.. Chances().Select(chance =>
            ((SourceStep.Peer)Next(facts with { Chance = chance })).Keeper.Slot).Distinct().Order()];
        Assert.That(slots, Is.EqualTo((int[])[0, 1, 4]));
    }

    [Test]
    public void The_oldest_keeper_asks_the_server_and_the_others_ask_older_ones()
    {
        SourceFacts first = Keeper(since: 10, Standing(1, since: 20), Standing(2, since: 30));
        SourceFacts last = Keeper(since: 30, Standing(0, since: 10), Standing(1, since: 20));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(first), Is.EqualTo(new SourceStep.Server(0, IsForAll: true)));
            foreach (double chance in Chances())
                Assert.That(Next(last with { Chance = chance }), Is.InstanceOf<SourceStep.Peer>());
        }
    }

    [Test]
    public void Keepers_never_wait_in_a_circle()
    {
        // Whatever each knows of the others, one that fetches from another does so from an older one.
        Prng chance = new(7);
        for (int run = 0; run < 2000; run++)
        {
            ulong own = (ulong)chance.Next(10, 20);
            KeeperStanding[] others = [.. Enumerable.Range(0, chance.Next(8)).Select(slot => Standing(
                slot, (KeeperState)chance.Next(5), chance.Next(3) * 100, (ulong)chance.Next(5, 25)))];
            SourceStep step = Next(Keeper(own, others) with
            {
                From = chance.Next(3) * 100,
                Chance = chance.NextDouble(),
                Waited = TimeSpan.FromSeconds(chance.Next(200)),
            });
            if (step is SourceStep.Peer peer)
                Assert.That(peer.Keeper.Since.Value, Is.LessThan(own));
        }
    }

    [Test]
    public void A_keeper_waits_a_little_for_an_older_one_before_it_asks_the_server()
    {
        SourceFacts facts = Keeper(since: 20, Standing(0, KeeperState.Out, since: 10));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(facts), Is.InstanceOf<SourceStep.Wait>());
            Assert.That(
                Next(facts with { Waited = s_times.Grace }),
                Is.EqualTo(new SourceStep.Server(0, IsForAll: false)), "it may come back");
        }
    }

    [TestCase(KeeperState.Gone)]
    [TestCase(KeeperState.Wrong)]
    public void For_one_that_will_not_have_it_nobody_waits(KeeperState state)
    {
        Assert.That(
            Next(Keeper(since: 20, Standing(0, state, since: 10))),
            Is.EqualTo(new SourceStep.Server(0, IsForAll: true)));
    }

    [Test]
    public void From_the_server_comes_only_what_no_keeper_has()
    {
        SourceFacts facts = Reader(Standing(0, first: 700), Standing(1, first: 300)) with
        {
            From = 100,
            CanKeep = false,
            Waited = s_times.Patience * 2,
        };
        Assert.That(Next(facts), Is.EqualTo(new SourceStep.Server(300, IsForAll: false)));
    }

    [Test]
    public void Who_finds_no_keeper_becomes_one_at_a_moment_of_its_own()
    {
        SourceFacts facts = Reader(Standing(0, KeeperState.Out), Standing(1, KeeperState.Out)) with
        {
            From = 100,
            Share = 0.5,
        };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(facts with { Waited = s_times.Grace * 0.4 }), Is.InstanceOf<SourceStep.Wait>());
            Assert.That(
                Next(facts with { Waited = s_times.Grace * 0.6 }), Is.EqualTo(new SourceStep.Claim(2, null)));
        }
    }

    [Test]
    public void Where_every_slot_is_taken_one_that_is_not_there_goes()
    {
        KeeperStanding[] all = [.. Enumerable.Range(0, KeeperKeys.MostSlots).Select(
            static slot => Standing(slot, slot == 5 ? KeeperState.Out : KeeperState.Wrong))];
        SourceFacts facts = Reader(all) with
        {
            From = 100,
            FreeSlots = [],
            Waited = s_times.Grace,
        };
        Assert.That(Next(facts), Is.EqualTo(new SourceStep.Claim(5, all[5].Keeper)));
    }

    [Test]
    public void For_keepers_that_serve_others_it_waits_long_and_then_becomes_one()
    {
        SourceFacts facts = Reader(Standing(0, KeeperState.Busy)) with { From = 100, Share = 0.5 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(facts with { Waited = s_times.Patience }), Is.InstanceOf<SourceStep.Wait>());
            Assert.That(Next(facts with { Waited = s_times.Patience * 1.5 }), Is.InstanceOf<SourceStep.Claim>());
        }
    }

    [Test]
    public void Who_can_keep_nothing_asks_the_server_when_its_patience_is_over()
    {
        SourceFacts nobody = Reader() with { CanKeep = false, Share = 0.25 };
        SourceFacts busy = Reader(Standing(0, KeeperState.Busy)) with { CanKeep = false, Share = 0.25 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(nobody with { Waited = s_times.Grace }), Is.InstanceOf<SourceStep.Wait>());
            Assert.That(
                Next(nobody with { Waited = s_times.Grace * 1.25 }),
                Is.EqualTo(new SourceStep.Server(0, IsForAll: false)));
            Assert.That(Next(busy with { Waited = s_times.Patience }), Is.InstanceOf<SourceStep.Wait>());
            Assert.That(
                Next(busy with { Waited = s_times.Patience * 1.25 }),
                Is.EqualTo(new SourceStep.Server(0, IsForAll: false)));
        }
    }

    [Test]
    public void While_the_store_is_away_who_is_known_is_asked_and_then_the_server()
    {
        SourceFacts facts = Reader() with { IsStoreThere = false, Share = 0.5 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(facts), Is.InstanceOf<SourceStep.Wait>());
            Assert.That(
                Next(facts with { Waited = s_times.Grace * 0.5 }),
                Is.EqualTo(new SourceStep.Server(0, IsForAll: false)));
            Assert.That(Next(facts with { Keepers = [Standing(0)] }), Is.InstanceOf<SourceStep.Peer>());
        }
    }

    [Test]
    public void Who_fetches_from_the_server_goes_on_without_waiting_again_and_leaves_it_for_a_keeper()
    {
        SourceFacts keeper = Keeper(since: 20, Standing(0, KeeperState.Out, since: 10)) with { IsAtServer = true };
        SourceFacts reader = Reader(Standing(0, KeeperState.Busy)) with { CanKeep = false, IsAtServer = true };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(keeper), Is.InstanceOf<SourceStep.Server>());
            Assert.That(Next(reader), Is.InstanceOf<SourceStep.Server>());
            Assert.That(Next(reader with { Keepers = [Standing(0)] }), Is.InstanceOf<SourceStep.Peer>());
        }
    }

    [Test]
    public void What_it_keeps_itself_comes_first()
    {
        SourceFacts facts = Keeper(since: 20, Standing(0, since: 10)) with
        {
            From = 100,
            OwnBase = 100,
            OwnEnd = 200,
        };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Next(facts), Is.InstanceOf<SourceStep.Own>());
            Assert.That(Next(facts with { From = 200 }), Is.InstanceOf<SourceStep.Peer>());
        }
    }

    private static SourceStep Next(SourceFacts facts) => SourcePlan.Next(facts, s_times);

    private static IEnumerable<double> Chances() => Enumerable.Range(0, 100).Select(static i => i / 100.0);

    private static SourceFacts Reader(params KeeperStanding[] keepers) => new()
    {
        From = 0,
        CanKeep = true,
        Keepers = keepers,
        FreeSlots = [.. Enumerable.Range(0, KeeperKeys.MostSlots).Except(keepers.Select(one => one.Keeper.Slot))],
    };

    private static SourceFacts Keeper(ulong since, params KeeperStanding[] keepers) =>
        Reader(keepers) with { Since = new StoreIndex(since) };

    private static KeeperStanding Standing(
        int slot, KeeperState state = KeeperState.Good, long first = 0, ulong since = 5) =>
        new(new Keeper(slot, $"m{slot}", [], first, new StoreIndex(since), new StoreIndex(since)), state);
}
