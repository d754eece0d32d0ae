using CoreNode.Discovery;
using CoreNode.Foundation;

namespace CoreNode.Tests.Discovery;

/// <summary>One machine's decisions, answer by answer.</summary>
[TestFixture, Category("Unit")]
internal sealed class DirectorySearchTests
{
    private static readonly DirectoryUrl s_url = Url("https://d.example.com/abc");

    private FakeDirectory _directory = new();

    [SetUp]
    public void Renew() => _directory = new FakeDirectory();

    [Test]
    public void The_first_of_three_writes_itself_down_and_waits_for_the_others()
    {
        DirectorySearch search = Search(1);
        DirectoryRequest.Watch watch = Waits(Run(search));
        Assert.That(watch.AfterIndex, Is.EqualTo(_directory.Index));
        Assert.That(_directory.Entries.Single().Value, Is.EqualTo("n1=http://10.0.0.1:2380"));
        Assert.That((search.Here, search.Size), Is.EqualTo((new[] { "n1" }, 3)));
        Put(2);
        Assert.That(Waits(Run(search, new DirectoryAnswer.Changed())).AfterIndex, Is.EqualTo(_directory.Index));
        Put(3);
        Assert.That(Names(Run(search, new DirectoryAnswer.Changed())), Is.EqualTo("n1 n2 n3"));
    }

    [Test]
    public void Members_come_in_the_order_in_which_they_were_written_down()
    {
        Put(9);
        Put(4);
        Assert.That(Names(Run(Search(7))), Is.EqualTo("n9 n4 n7"));
    }

    [Test]
    public void The_last_one_finds_the_cluster_complete_at_once()
    {
        Put(1);
        Put(2);
        Assert.That(Run(Search(3)), Is.InstanceOf<SearchStep.Found>());
    }

    [Test]
    public void One_that_comes_too_late_does_not_write_itself_down()
    {
        Put(1);
        Put(2);
        Put(3);
        SearchStep step = Run(Search(4));
        Assert.That(((SearchStep.Full)step).Members.Select(m => m.Name), Is.EqualTo(new[] { "n1", "n2", "n3" }));
        Assert.That(_directory.Entries, Has.Count.EqualTo(3));
    }

    [Test]
    public void One_that_lost_the_race_is_beyond_the_size_and_no_member()
    {
        Put(1);
        Put(2);
        DirectorySearch search = Search(4);
        DirectoryRequest.Register mine = Register(RunTo<DirectoryRequest.Register>(search));
        Put(3);
        Assert.That(Run(search, _directory.Ask(mine)!), Is.InstanceOf<SearchStep.Full>());
        Assert.That(_directory.Entries, Has.Count.EqualTo(4));
    }

    [Test]
    public void One_that_was_restarted_in_the_middle_finds_its_place_again()
    {
        Put(1);
        Put(2);
        DirectorySearch search = Search(2, hasRegistered: true);
        Waits(Run(search));
        Assert.That(_directory.Entries, Has.Count.EqualTo(2));
        Put(3);
        Assert.That(Names(Run(search, new DirectoryAnswer.Changed())), Is.EqualTo("n1 n2 n3"));
    }

    [Test]
    public void One_that_was_restarted_after_the_last_came_goes_on()
    {
        foreach (int number in new[] { 1, 2, 3, 4 })
            Put(number);
        Assert.That(Run(Search(3, hasRegistered: true)), Is.InstanceOf<SearchStep.Found>());
        Assert.That(Run(Search(4, hasRegistered: true)), Is.InstanceOf<SearchStep.Full>());
    }

    [Test]
    public void One_that_lost_its_data_after_the_cluster_was_complete_is_refused()
    {
        foreach (int number in new[] { 1, 2, 3 })
            Put(number);
        Assert.That(Failure(Run(Search(2))), Does.Contain("this data folder is empty").And.Contain(
            "corenode member add --replace n2 http://10.0.0.2:2380"));
    }

    [Test]
    public void One_that_was_set_up_anew_while_machines_are_missing_takes_its_former_place()
    {
        Put(1);
        Put(2);
        DirectorySearch search = Search(2);

        // So that it is noted in the data folder before anything depends on it.
        DirectoryRequest.Register again = Register(RunTo<DirectoryRequest.Register>(search));
        Waits(Run(search, _directory.Ask(again)!));
        Put(3);
        Assert.That(Run(search, new DirectoryAnswer.Changed()), Is.InstanceOf<SearchStep.Found>());
    }

    [Test]
    public void One_whose_entry_was_removed_writes_itself_down_again()
    {
        DirectorySearch search = Search(1);
        Waits(Run(search));
        _directory.Remove(FakeDirectory.Machine(1).Id);
        Put(2);
        Waits(Run(search, new DirectoryAnswer.Changed()));
        Assert.That(_directory.Entries.Select(e => e.Value[..2]), Is.EqualTo(new[] { "n2", "n1" }));
    }

    [Test]
    public void A_worker_only_looks()
    {
        Put(1);
        Put(2);
        DirectorySearch search = new(Plan(4, false) with { Id = null }, new Prng(1));
        Waits(Run(search));
        Put(3);
        Put(5);
        Assert.That(Names(Run(search, new DirectoryAnswer.Changed())), Is.EqualTo("n1 n2 n3"));
        Assert.That(_directory.Entries, Has.Count.EqualTo(4));
    }

    [TestCase("0", "not a number of machines")]
    [TestCase("-3", "not a number of machines")]
    [TestCase("three", "not a number of machines")]
    [TestCase("", "not a number of machines")]
    [TestCase("10", "at most 9 vote")]
    public void A_bad_size_is_named(string size, string problem)
    {
        _directory.Size = size;
        Assert.That(Failure(Run(Search(1))), Does.StartWith($"{s_url}: ").And.Contain(problem)
            .And.Contain("corenode discovery new --size N"));
    }

    [Test]
    public void A_token_without_size_is_told_from_one_that_is_not_there()
    {
        _directory.Size = null;
        Assert.That(Failure(Run(Search(1))), Does.Contain("has no size"));
        _directory.IsThere = false;
        Assert.That(Failure(Run(Search(1))), Does.Contain("has expired, or never was"));
    }

    [Test]
    public void A_token_that_expires_while_machines_wait_is_named()
    {
        DirectorySearch search = Search(1);
        Waits(Run(search));
        _directory.IsThere = false;
        Assert.That(Failure(Run(search, new DirectoryAnswer.Changed())), Does.Contain("has expired, or never was"));
    }

    [Test]
    public void Two_machines_of_one_name_are_told_from_each_other()
    {
        _directory.Add("1", "n2=http://10.0.0.99:2380");
        Assert.That(Failure(Run(Search(2))), Does.Contain("two machines call themselves n2"));
        Assert.That(_directory.Entries, Has.Count.EqualTo(1), "it does not spoil the token further");
    }

    [Test]
    public void Two_machines_with_one_peer_url_are_told_from_each_other()
    {
        _directory.Add("1", "other=http://10.0.0.2:2380");
        Assert.That(Failure(Run(Search(2))), Does.Contain("other and n2 have a peer URL in common"));
    }

    [Test]
    public void An_entry_of_the_own_identity_under_another_name_is_refused()
    {
        _directory.Add(FakeDirectory.Machine(2).Id, "else=http://10.0.0.2:2380");
        Assert.That(Failure(Run(Search(2, hasRegistered: true))), Does.Contain("another machine, or this one under"));
    }

    [Test]
    public void An_entry_that_is_no_member_is_named()
    {
        _directory.Add("77", "hello");
        Assert.That(Failure(Run(Search(2))), Does.Contain("its entry 77 is \"hello\", not NAME=URL"));
    }

    [Test]
    public void What_is_wrong_beyond_the_size_is_nobodys_business()
    {
        Put(1);
        Put(2);
        Put(3);
        _directory.Add("77", "hello");
        Assert.That(Run(Search(3, hasRegistered: true)), Is.InstanceOf<SearchStep.Found>());
    }

    [Test]
    public void A_directory_without_room_is_looked_at_again()
    {
        _directory.Room = 0;
        Assert.That(Run(Search(1)), Is.InstanceOf<SearchStep.Wait>());
    }

    [Test]
    public void A_server_that_is_away_is_asked_for_ever_and_less_and_less_often()
    {
        DirectorySearch search = Search(1);
        SearchStep step = search.Resume();
        List<double> waits = [];
        for (int i = 0; i < 40; i++)
        {
            step = search.Next(new DirectoryAnswer.Unreachable("connection refused"));
            SearchStep.Wait wait = (SearchStep.Wait)step;
            Assert.That(wait.Reason, Is.EqualTo("connection refused"));
            waits.Add(wait.Time.TotalSeconds);
            Assert.That(search.Resume(), Is.EqualTo(new SearchStep.Ask(new DirectoryRequest.ReadSize())));
        }

        Assert.That(waits[0], Is.InRange(0.5, 1));
        Assert.That(waits[4], Is.InRange(8, 16));
        Assert.That(waits[20..], Is.All.InRange(15, 30));
        Assert.That(waits[20..].Distinct().Count(), Is.GreaterThan(15), "not all machines at one moment");
    }

    [Test]
    public void A_watch_that_breaks_leads_to_another_look_and_never_to_a_long_wait()
    {
        DirectorySearch search = Search(1);
        Waits(Run(search));
        for (int i = 0; i < 20; i++)
        {
            SearchStep.Wait wait = (SearchStep.Wait)search.Next(new DirectoryAnswer.Unreachable("reset"));
            Assert.That(wait.Time.TotalSeconds, Is.LessThanOrEqualTo(4));
            Waits(Run(search, search.Resume()));
        }
    }

    [Test]
    public void A_watch_that_tells_of_nothing_new_is_not_begun_again_at_once()
    {
        DirectorySearch search = Search(1);
        Waits(Run(search));
        Assert.That(Run(search, new DirectoryAnswer.Changed()), Is.InstanceOf<SearchStep.Wait>());
        Waits(Run(search, search.Resume()));
        Put(2);
        Waits(Run(search, new DirectoryAnswer.Changed()));
        for (int i = 0; i < 10; i++)
        {
            SearchStep.Wait wait = (SearchStep.Wait)Run(search, new DirectoryAnswer.Changed());
            Assert.That(wait.Time.TotalSeconds, Is.InRange(0.5, 4));
            Waits(Run(search, search.Resume()));
        }
    }

    [Test]
    public void A_registration_without_an_answer_is_looked_for_before_it_is_sent_again()
    {
        DirectorySearch search = Search(1);
        DirectoryRequest.Register mine = Register(RunTo<DirectoryRequest.Register>(search));
        _directory.Ask(mine);
        Assert.That(search.Next(new DirectoryAnswer.Unreachable("no answer")), Is.InstanceOf<SearchStep.Wait>());
        Assert.That(search.Resume(), Is.EqualTo(new SearchStep.Ask(new DirectoryRequest.List())));
        Waits(Run(search, _directory.Ask(new DirectoryRequest.List())!));
        Assert.That(_directory.Entries, Has.Count.EqualTo(1));
    }

    [Test]
    public void What_is_refused_is_not_asked_again() =>
        Assert.That(Failure(Search(1).Next(new DirectoryAnswer.Refused("it is a teapot"))),
            Is.EqualTo($"{s_url}: it is a teapot"));

    [Test]
    public void What_others_say_is_one_short_line() => Assert.That(
        ((SearchStep.Wait)Search(1).Next(
            new DirectoryAnswer.Unreachable("a\nREADY=1\u001b[2J" + new string('x', 1000)))).Reason,
        Does.StartWith("a READY=1 [2Jxxx").And.Length.LessThan(400));

    [TestCase("a=http://1.2.3.4:1,a=http://1.2.3.4:2", "a")]
    [TestCase("a=http://1.2.3.4:1&a=https://h.example:2", "a")]
    [TestCase("a=http://1.2.3.4:1,b=http://1.2.3.4:2", null)]
    [TestCase("a=http://1.2.3.4:1/path", null)]
    [TestCase("a=ftp://1.2.3.4:1", null)]
    [TestCase("=http://1.2.3.4:1", null)]
    [TestCase("a=", null)]
    [TestCase("a\u001b[2J=http://1.2.3.4:1", null)]
    [TestCase("a=http://1.2.3.4:1\n", null)]
    [TestCase("", null)]
    public void A_value_is_one_name_with_urls(string text, string? name) =>
        Assert.That(FoundMember.Parse(text)?.Name, Is.EqualTo(name));

    [TestCase("http://D.example.com:80/abc/", "http://d.example.com/abc")]
    [TestCase("https://d.example.com/some/where/abc", "https://d.example.com/some/where/abc")]
    [TestCase("http://e:2379/v2/keys/_etcd/registry/abc", "http://e:2379/v2/keys/_etcd/registry/abc")]
    public void Two_spellings_of_a_url_are_one(string text, string same) =>
        Assert.That(Url(text).ToString(), Is.EqualTo(same));

    [TestCase("discovery.example.com/abc")]
    [TestCase("ftp://d.example.com/abc")]
    [TestCase("https://d.example.com")]
    [TestCase("https://d.example.com//")]
    [TestCase("https://d.example.com/abc?wait=true")]
    [TestCase("https://user@d.example.com/abc")]
    public void What_is_no_discovery_url_is_refused(string text) =>
        Assert.That(DirectoryUrl.TryParse(text, out _, out string? problem), Is.False, problem);

    private static DirectoryUrl Url(string text) =>
        DirectoryUrl.TryParse(text, out DirectoryUrl? url, out string? problem)
            ? url
            : throw new ArgumentException(problem);

    private static SearchPlan Plan(int number, bool hasRegistered)
    {
        (string id, FoundMember member) = FakeDirectory.Machine(number);
        return new SearchPlan { Url = s_url, Id = id, Self = member, HasRegistered = hasRegistered };
    }

    private static DirectorySearch Search(int number, bool hasRegistered = false) =>
        new(Plan(number, hasRegistered), new Prng(4711));

    private static string Names(SearchStep step) =>
        string.Join(' ', ((SearchStep.Found)step).Members.Select(m => m.Name));

    private static string Failure(SearchStep step) => ((SearchStep.Failed)step).Reason;

    private static DirectoryRequest.Watch Waits(SearchStep step) =>
        (DirectoryRequest.Watch)((SearchStep.Ask)step).Request;

    private static DirectoryRequest.Register Register(SearchStep step) =>
        (DirectoryRequest.Register)((SearchStep.Ask)step).Request;

    private void Put(int number)
    {
        (string id, FoundMember member) = FakeDirectory.Machine(number);
        _directory.Add(id, member.Text);
    }

    private SearchStep Run(DirectorySearch search) => Run(search, search.Resume());

    private SearchStep Run(DirectorySearch search, DirectoryAnswer answer) => Run(search, search.Next(answer));

    // Until it waits for something, or ends.
    private SearchStep Run(DirectorySearch search, SearchStep step)
    {
        while (step is SearchStep.Ask ask && _directory.Ask(ask.Request) is { } answer)
            step = search.Next(answer);
        return step;
    }

    private SearchStep RunTo<T>(DirectorySearch search)
        where T : DirectoryRequest
    {
        SearchStep step = search.Resume();
        while (step is SearchStep.Ask { Request: not T } ask)
            step = search.Next(_directory.Ask(ask.Request)!);
        return step;
    }
}
