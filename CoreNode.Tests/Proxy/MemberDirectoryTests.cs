using CoreNode.Foundation;
using CoreNode.Proxy;
using CoreNode.Store;

namespace CoreNode.Tests.Proxy;

[TestFixture, Category("Unit")]
internal sealed class MemberDirectoryTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeSeconds(1_795_000_000);

    [Test]
    public void Many_workers_spread_evenly_over_the_members()
    {
        Dictionary<string, int> homes = [];
        for (ulong worker = 0; worker < 1000; worker++)
        {
            string home = Make(worker * 7919, 1, 2, 3, 4, 5).Order[0].Name;
            homes[home] = homes.GetValueOrDefault(home) + 1;
        }

        Assert.That(homes, Has.Count.EqualTo(5));
        Assert.That(homes.Values, Has.All.InRange(150, 250));
    }

    [Test]
    public void When_a_member_leaves_only_its_workers_move_and_to_different_ones()
    {
        HashSet<string> next = [];
        for (ulong worker = 0; worker < 300; worker++)
        {
            string home = Make(worker, 1, 2, 3, 4, 5).Order[0].Name;
            string later = Make(worker, 1, 2, 4, 5).Order[0].Name;
            if (home == "m3")
                next.Add(later);
            else
                Assert.That(later, Is.EqualTo(home), $"worker {worker}");
        }

        Assert.That(next, Is.EquivalentTo(new[] { "m1", "m2", "m4", "m5" }));
    }

    [Test]
    public void A_worker_has_the_same_home_after_a_restart_and_whatever_the_order_of_the_list()
    {
        MemberDirectory one = new(42, new Prng(1));
        one.Learn(ProxyMembers.List(1, 2, 3), s_start);
        MemberDirectory other = new(42, new Prng(2));
        other.Learn(ProxyMembers.List(3, 1, 2), s_start);
        Assert.That(other.Order, Is.EqualTo(one.Order));
    }

    [Test]
    public void A_member_that_fails_is_asked_last_until_it_answers_again_and_then_is_home_again()
    {
        MemberDirectory directory = Make(7, 1, 2, 3);
        foreach (Route route in directory.Order)
            directory.Answer(route, s_start);
        Route[] before = [.. directory.Order];
        Assert.That(directory.Fail(before[0], "refused", s_start), Is.True, "it is news");
        Assert.That(directory.Order, Is.EqualTo(new[] { before[1], before[2], before[0] }));
        Assert.That(directory.Reports[^1], Is.EqualTo(
            new RouteReport(before[0], RouteStanding.Fails, s_start, "refused")));
        directory.Answer(before[0], s_start);
        Assert.That(directory.Order, Is.EqualTo(before));
    }

    [Test]
    public void A_member_that_ails_is_asked_before_one_that_fails_and_after_all_others()
    {
        MemberDirectory directory = Make(7, 1, 2, 3, 4);
        Route[] order = [.. directory.Order];
        directory.Answer(order[2], s_start);
        directory.Fail(order[0], "refused", s_start);
        directory.Ail(order[1], "no leader", s_start);
        Assert.That(directory.Order, Is.EqualTo(new[] { order[2], order[3], order[1], order[0] }));
    }

    [Test]
    public void Each_member_is_asked_at_one_url_before_any_at_its_second()
    {
        MemberDirectory directory = new(1, new Prng(1));
        directory.Learn(
            new MemberList(ProxyMembers.Cluster,
                [ProxyMembers.Make(1, "http://a:1", "http://a:2"), ProxyMembers.Make(2, "http://b:1", "http://b:2")]),
            s_start);
        foreach (Route route in directory.Order)
            directory.Answer(route, s_start);
        Assert.That(directory.Order.Select(r => r.Url[^1]), Is.EqualTo("1122"));
        Route first = directory.Order[0];
        directory.Fail(first, "refused", s_start);
        Assert.That(directory.Order[0], Is.EqualTo(first with { Url = first.Url[..^1] + "2" }), "its second URL");
        Assert.That(directory.Order[^1], Is.EqualTo(first));
    }

    [Test]
    public void Many_failures_of_one_moment_count_once_and_waits_double_up_to_a_bound()
    {
        MemberDirectory directory = Make(7, 1);
        Route route = directory.Order[0];
        DateTimeOffset now = s_start;
        List<double> waits = [];
        for (int i = 0; i < 8; i++)
        {
            for (int j = 0; j < 50; j++)
                directory.Fail(route, "refused", now);
            TimeSpan wait = directory.NextDue!.Value - now;
            waits.Add(wait / MemberDirectory.MinBackoff);
            Assert.That(directory.Due(now + wait - TimeSpan.FromTicks(1)), Is.Empty);
            now += wait;
            Assert.That(directory.Due(now), Is.EqualTo(new[] { route }));
        }

        double[] standard = [1, 2, 4, 8, 16, 20, 20, 20];
        Assert.That(waits.Zip(standard, static (wait, full) => wait / full), Has.All.InRange(0.75, 1.25));
    }

    [Test]
    public void Home_is_asked_every_two_seconds_the_others_every_thirty_and_soon_after_one_has_failed()
    {
        MemberDirectory directory = Make(7, 1, 2);
        Route[] order = [.. directory.Order];
        directory.Answer(order[0], s_start);
        directory.Answer(order[1], s_start);
        Assert.That(directory.NextDue!.Value - s_start, Is.InRange(
            MemberDirectory.HomeInterval * 0.9, MemberDirectory.HomeInterval * 1.1));
        Assert.That(directory.Due(s_start + (MemberDirectory.ReviewInterval * 0.9) - TimeSpan.FromTicks(1)),
            Is.EqualTo(new[] { order[0] }));
        Assert.That(directory.Due(s_start + (MemberDirectory.ReviewInterval * 1.1)), Is.EqualTo(order));
        DateTimeOffset later = s_start + TimeSpan.FromSeconds(10);
        directory.Fail(order[0], "refused", later);
        Assert.That(directory.Due(later), Is.EqualTo(new[] { order[1] }));
    }

    [Test]
    public void A_storm_of_faults_asks_for_the_list_once_a_second_at_most()
    {
        MemberDirectory directory = Make(7, 1);
        Route route = directory.Order[0];
        directory.Answer(route, s_start);
        Assert.That(directory.Doubt(route, s_start), Is.True);
        Assert.That(directory.Doubt(route, s_start), Is.False);
        Assert.That(directory.Due(s_start), Is.Empty);
        Assert.That(directory.Due(s_start + MemberDirectory.MinListInterval), Is.EqualTo(new[] { route }));
    }

    [Test]
    public void Members_that_stay_keep_what_is_known_of_them_and_those_that_left_are_forgotten()
    {
        MemberDirectory directory = Make(7, 1, 2, 3);
        Route failed = directory.Order[0];
        directory.Fail(failed, "refused", s_start);
        string gone = directory.Order[0].Name;
        int[] stay = [.. new[] { 1, 2, 3 }.Where(n => $"m{n}" != gone)];
        Assert.That(directory.Learn(ProxyMembers.List([.. stay, 4]), s_start), Is.True);
        Assert.That(directory.Order.Select(r => r.Name), Is.EquivalentTo(stay.Append(4).Select(n => $"m{n}")));
        Assert.That(directory.Order[^1], Is.EqualTo(failed));
        Assert.That(directory.Learn(ProxyMembers.List([.. stay, 4]), s_start), Is.False, "nothing has changed");
    }

    [Test]
    public void Members_that_have_not_started_have_no_route()
    {
        MemberDirectory directory = new(1, new Prng(1));
        Member fresh = ProxyMembers.Make(2) with { ClientUrls = [] };
        directory.Learn(new MemberList(ProxyMembers.Cluster, [ProxyMembers.Make(1), fresh]), s_start);
        Assert.That(ProxyMembers.Names(directory.Order), Is.EqualTo("m1"));
    }

    [Test]
    public void While_members_are_starting_the_best_one_is_asked_more_often()
    {
        MemberDirectory directory = new(1, new Prng(1));
        Member fresh = ProxyMembers.Make(2) with { ClientUrls = [] };
        MemberList starting = new(ProxyMembers.Cluster, [ProxyMembers.Make(1), fresh]);
        directory.Learn(starting, s_start);
        directory.Answer(directory.Order[0], s_start);
        Assert.That(directory.Learn(starting, s_start), Is.False);
        Assert.That(directory.NextDue, Is.EqualTo(s_start + MemberDirectory.StartInterval));
        DateTimeOffset later = s_start + MemberDirectory.StartInterval;
        directory.Answer(directory.Order[0], later);
        directory.Learn(ProxyMembers.List(1), later);
        Assert.That(directory.NextDue, Is.GreaterThan(later + MemberDirectory.StartInterval));
    }

    [Test]
    public void Facts_of_a_member_that_left_meanwhile_change_nothing()
    {
        MemberDirectory directory = Make(7, 1, 2);
        Route gone = directory.Order[0];
        directory.Learn(ProxyMembers.List([gone.Name == "m1" ? 2 : 1]), s_start);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Answer(gone, s_start), Is.False);
            Assert.That(directory.Fail(gone, "x", s_start), Is.False);
            Assert.That(directory.Ail(gone, "x", s_start), Is.False);
            Assert.That(directory.Doubt(gone, s_start), Is.False);
            Assert.That(directory.Order, Has.Count.EqualTo(1));
        });
    }

    // Whatever happens in whatever order: each route is there once, better ones come first, and nobody is forgotten.
    [Test]
    public void Random_facts_leave_every_member_reachable([Range(1, 20)] int seed)
    {
        Prng prng = new((ulong)seed);
        MemberDirectory directory = Make(prng.NextUInt64(), 1, 2, 3);
        DateTimeOffset now = s_start;
        List<int> members = [1, 2, 3];
        int nextNumber = 4;
        for (int step = 0; step < 500; step++)
        {
            now += TimeSpan.FromMilliseconds(prng.Next(2000));
            Route route = directory.Order[prng.Next(directory.Order.Count)];
            switch (prng.Next(6))
            {
                case 0: directory.Fail(route, "refused", now); break;
                case 1: directory.Ail(route, "no leader", now); break;
                case 2: directory.Doubt(route, now); break;
                case 3 when prng.Chance(0.2):
                    members[prng.Next(members.Count)] = nextNumber++;
                    directory.Learn(ProxyMembers.List([.. members]), now);
                    break;
                default: directory.Answer(route, now); break;
            }

            Assert.That(
                directory.Order.Select(r => r.Name), Is.EquivalentTo(members.Select(n => $"m{n}")), $"step {step}");
            Assert.That(directory.Reports.Select(r => r.Standing), Is.Ordered, $"step {step}");
            Assert.That(
                directory.NextDue!.Value - now, Is.LessThanOrEqualTo(MemberDirectory.ReviewInterval * 1.1),
                $"step {step}");
            foreach (RouteReport report in directory.Reports.Where(r => r.Standing >= RouteStanding.Ails))
                Assert.That(directory.Due(now + MemberDirectory.MaxBackoff * 1.25), Does.Contain(report.Route));
        }
    }

    private static MemberDirectory Make(ulong worker, params int[] members)
    {
        MemberDirectory directory = new(worker, new Prng(worker + 1));
        directory.Learn(ProxyMembers.List(members), s_start);
        return directory;
    }
}
