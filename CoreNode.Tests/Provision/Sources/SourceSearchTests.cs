using System.Text;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Choice;
using CoreNode.Provision.Sources.Search;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Simulation.Overlay;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>The search over several sources, in simulated time.</summary>
[TestFixture, Category("Simulation")]
internal sealed class SourceSearchTests
{
    private const long Second = 1_000_000_000;

    private SimulatedWorld _world = null!;
    private OverlayProcess _process = null!;
    private List<string> _told = null!;

    [SetUp]
    public void Begin()
    {
        _world = new SimulatedWorld(1);
        _process = new OverlayProcess(_world, new SimulatedTime(_world));
        _told = [];
    }

    [Test]
    public void Nobody_to_ask_is_an_answer_at_once()
    {
        SearchResult result = Run(out double seconds);
        Assert.That(result.Data, Is.Empty);
        Assert.That(result.Problem, Is.Null);
        Assert.That(seconds, Is.Zero);
    }

    [Test]
    public void Waits_double_from_a_tenth_of_a_second_to_half_a_minute_for_five_minutes()
    {
        ScriptedSource source = Failing("a", "connection refused");
        SearchResult result = Run(out double seconds, source);
        Assert.That(source.Asked[..6], Is.EqualTo(new[] { 0, 0.1, 0.3, 0.7, 1.5, 3.1 }));
        Assert.That(source.Asked[9..12], Is.EqualTo(new[] { 51.1, 81.1, 111.1 }));
        Assert.That(seconds, Is.EqualTo(300).Within(0.001));
        Assert.That(result.Data, Is.Empty);
        Assert.That(result.Problem, Is.EqualTo("a: connection refused"));
        Assert.That(result.Reports.Single().State, Is.EqualTo(SourceState.Waiting));
        Assert.That(_told[1], Is.EqualTo("a: connection refused; asked again in 0.2 s, 300 s are left"));
    }

    [Test]
    public void All_are_asked_at_the_same_time()
    {
        ScriptedSource a = Answering("a", 4, "A");
        ScriptedSource b = Answering("b", 3, "B");
        ScriptedSource c = Failing("c", "no");
        Run(out double seconds, a, b, c);
        Assert.That((a.Asked[0], b.Asked[0], c.Asked[0]), Is.EqualTo((0, 0, 0)));
        Assert.That(seconds, Is.LessThan(15));
    }

    [Test]
    public void Nobody_waits_when_the_preferred_one_answers()
    {
        ScriptedSource b = Hanging("b");
        SearchResult result = Run(out double seconds, Answering("a", 1, "A", hostname: "h"), b);
        Assert.That(seconds, Is.EqualTo(1));
        Assert.That(Contents(result), Is.EqualTo("A"));
        Assert.That(b.IsCancelled, Is.True, "the others are cancelled");
        Assert.That(result.Problem, Is.Null);
    }

    [TestCase(5, "A", 5)]
    [TestCase(10, "A", 10)]
    [TestCase(12, "B", 11)]
    [TestCase(1000, "B", 11)]
    public void A_preferred_one_is_waited_for_ten_seconds(int after, string taken, double end)
    {
        SearchResult result = Run(out double seconds, Answering("a", after, "A", "h"), Answering("b", 1, "B", "h"));
        Assert.That(Contents(result), Is.EqualTo(taken));
        Assert.That(seconds, Is.EqualTo(end).Within(0.001));
        Assert.That(result.Reports.Select(one => one.IsTaken), Is.EqualTo(new[] { taken == "A", taken == "B" }));
        Assert.That(result.Problem, Is.Null);
    }

    [Test]
    public void Who_failed_for_good_is_not_waited_for_and_not_asked_again()
    {
        ScriptedSource a = new("a", _process, _ => throw new SourceException("a answers 404", isFinal: true));
        SearchResult result = Run(out double seconds, a, Answering("b", 1, "B", "h"));
        Assert.That(seconds, Is.EqualTo(1));
        Assert.That(a.Asked.Count, Is.EqualTo(1));
        Assert.That(Contents(result), Is.EqualTo("B"));
        Assert.That(result.Reports[0].Reason, Is.EqualTo("a answers 404"));
        Assert.That(_told, Does.Contain("a answers 404; it is not asked again"));
    }

    [Test]
    public void All_that_failed_for_good_end_the_search()
    {
        ScriptedSource a = new("a", _process, _ => throw new SourceException("404", isFinal: true));
        ScriptedSource b = new("b", _process, _ => throw new SourceException("403", isFinal: true));
        SearchResult result = Run(out double seconds, a, b);
        Assert.That(seconds, Is.Zero);
        Assert.That(result.Problem, Is.EqualTo("a: 404; b: 403"));
    }

    [Test]
    public void All_that_have_nothing_are_no_problem()
    {
        SearchResult result = Run(out double seconds, Nothing("a", 2), Nothing("b", 1));
        Assert.That(seconds, Is.EqualTo(2));
        Assert.That(result.Data, Is.Empty);
        Assert.That(result.Problem, Is.Null);
        Assert.That(result.Reports.Select(one => one.State), Is.All.EqualTo(SourceState.Nothing));
        Assert.That(_told, Does.Contain("b: has nothing for this machine"));
    }

    [Test]
    public void Nothing_here_is_not_taken_for_nothing_there()
    {
        SearchResult result = Run(out double seconds, Nothing("a", 1), Failing("b", "no route to host"));
        Assert.That(seconds, Is.EqualTo(300).Within(0.001));
        Assert.That(result.Problem, Is.EqualTo("b: no route to host"));
    }

    [Test]
    public void A_source_that_answers_late_is_found_by_asking_again()
    {
        ScriptedSource source = new("a", _process, attempt => attempt < 5
            ? throw new SourceException("503")
            : Task.FromResult<UserData?>(Data("a", "A", "h")));
        SearchResult result = Run(out double seconds, source);
        Assert.That(Contents(result), Is.EqualTo("A"));
        Assert.That(seconds, Is.EqualTo(1.5).Within(0.001));
        Assert.That(result.Reports.Single().Attempts, Is.EqualTo(5));
    }

    [Test]
    public void A_disk_that_fails_is_asked_again()
    {
        ScriptedSource source = new("a", _process, attempt => attempt < 2
            ? throw new IOException("input/output error")
            : Task.FromResult<UserData?>(Data("a", "A", "h")));
        Assert.That(Contents(Run(out _, source)), Is.EqualTo("A"));
    }

    [Test]
    public void Who_does_not_know_the_machine_waits_for_one_that_does()
    {
        UserData cloud = Data("b", "", "vm-1") with
        {
            SshKeys = ["ssh-rsa AAAA"],
            Addresses = new MachineAddresses { PrivateIPv4 = "10.0.0.1" },
        };
        SearchResult result = Run(out double seconds, Answering("a", 1, "A"), After("b", 4, cloud));
        Assert.That(seconds, Is.EqualTo(4));
        UserData data = result.Data.Single();
        Assert.That(data.Source, Is.EqualTo("a"));
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("A"));
        Assert.That(data.Hostname, Is.EqualTo("vm-1"));
        Assert.That(data.SshKeys, Is.EqualTo(new[] { "ssh-rsa AAAA" }));
        Assert.That(data.Addresses.PrivateIPv4, Is.EqualTo("10.0.0.1"));
    }

    [Test]
    public void But_not_for_ever()
    {
        SearchResult result = Run(out double seconds, Answering("a", 1, "A"), Hanging("b"));
        Assert.That(seconds, Is.EqualTo(11).Within(0.001));
        Assert.That(Contents(result), Is.EqualTo("A"));
        Assert.That(_told, Does.Contain("b: user data are there; this is waited for up to 10 s more"));
    }

    [Test]
    public void What_a_source_says_of_the_machine_itself_counts_more_than_anothers_word()
    {
        SearchResult result = Run(
            out _, Answering("a", 1, "A", "mine"), After("b", 0, Data("b", "", "theirs") with { SshKeys = ["k k"] }));
        Assert.That(result.Data.Single().Hostname, Is.EqualTo("mine"));
        Assert.That(result.Data.Single().SshKeys, Is.EqualTo(new[] { "k k" }));
    }

    [Test]
    public void Metadata_alone_do_not_end_the_wait_for_user_data()
    {
        SearchResult result = Run(
            out double seconds, After("a", 0, Data("a", "", "vm-1")), Answering("b", 100, "B"));
        Assert.That(seconds, Is.EqualTo(100));
        Assert.That(Contents(result), Is.EqualTo("B"));
        Assert.That(result.Data.Single().Hostname, Is.EqualTo("vm-1"));
    }

    [Test]
    public void Metadata_alone_are_taken_where_nobody_has_user_data()
    {
        SearchResult result = Run(out _, Nothing("a", 1), After("b", 0, Data("b", "", "vm-1")));
        Assert.That(result.Data.Single().Hostname, Is.EqualTo("vm-1"));
        Assert.That(result.Problem, Is.Null);
    }

    [Test]
    public void Metadata_with_a_source_that_could_not_be_asked_are_a_problem()
    {
        SearchResult result = Run(out _, Failing("a", "refused"), After("b", 0, Data("b", "", "vm-1")));
        Assert.That(result.Data.Single().Hostname, Is.EqualTo("vm-1"));
        Assert.That(result.Problem, Is.EqualTo("a: refused"));
    }

    [Test]
    public void The_makers_part_comes_first_and_excludes_nobody()
    {
        UserData oem = Data("oem", "O") with { IsOem = true };
        SearchResult result = RunEntries(
            out double seconds, CancellationToken.None,
            new SourceEntry(Answering("ign", 2, "I"), IsAdditional: true),
            new SourceEntry(After("oem", 0, oem), IsAdditional: true),
            new SourceEntry(Answering("a", 1, "A", "h")));
        Assert.That(Contents(result), Is.EqualTo("O I A"));
        Assert.That(seconds, Is.EqualTo(2));
        Assert.That(result.Reports.Select(one => one.IsTaken), Is.All.True);
    }

    [Test]
    public void What_is_additional_is_waited_for_to_the_end_and_its_absence_is_a_problem()
    {
        SearchResult result = RunEntries(
            out double seconds, CancellationToken.None,
            new SourceEntry(Failing("ign", "refused"), IsAdditional: true),
            new SourceEntry(Answering("a", 1, "A", "h")));
        Assert.That(seconds, Is.EqualTo(300).Within(0.001));
        Assert.That(Contents(result), Is.EqualTo("A"));
        Assert.That(result.Problem, Is.EqualTo("ign: refused"));
    }

    [Test]
    public void An_oem_folder_without_files_is_no_problem()
    {
        SearchResult result = RunEntries(
            out double seconds, CancellationToken.None, new SourceEntry(Nothing("oem", 0), IsAdditional: true),
            new SourceEntry(Answering("a", 1, "A", "h")));
        Assert.That(seconds, Is.EqualTo(1));
        Assert.That(result.Problem, Is.Null);
    }

    [Test]
    public void One_that_hangs_does_not_hold_up_the_end()
    {
        ScriptedSource a = Hanging("a");
        SearchResult result = Run(out double seconds, a);
        Assert.That(seconds, Is.EqualTo(300).Within(0.001));
        Assert.That(a.IsCancelled, Is.True);
        Assert.That(result.Problem, Is.EqualTo("a: no answer"));
    }

    [Test]
    public void Cancelled_it_ends_at_once()
    {
        using CancellationTokenSource cancel = new();
        _world.After(7 * Second, cancel.Cancel);
        ScriptedSource a = Hanging("a");
        Assert.Catch<OperationCanceledException>(() => RunEntries(out _, cancel.Token, new SourceEntry(a)));
        Assert.That(_world.Now, Is.EqualTo(7 * Second));
        Assert.That(a.IsCancelled, Is.True);
    }

    [Test]
    public void An_error_of_the_programs_ends_it()
    {
        ScriptedSource a = new("a", _process, _ => throw new InvalidOperationException("a bug"));
        Exception failed = Assert.Catch(() => Run(out _, a, Hanging("b")))!;
        Assert.That(failed.ToString(), Does.Contain("a bug"));
    }

    private static UserData Data(string source, string content, string hostname = "") =>
        new(source, Encoding.UTF8.GetBytes(content)) { Hostname = hostname };

    private static string Contents(SearchResult result) =>
        string.Join(' ', result.Data.Select(one => FakeCloud.Text(one.Content)));

    private ScriptedSource After(string name, int seconds, UserData? data) => new(name, _process, async _ =>
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), _process);
        return data;
    });

    private ScriptedSource Answering(string name, int seconds, string content, string hostname = "") =>
        After(name, seconds, Data(name, content, hostname));

    private ScriptedSource Nothing(string name, int seconds) => After(name, seconds, null);

    private ScriptedSource Hanging(string name) =>
        new(name, _process, static _ => new TaskCompletionSource<UserData?>().Task);

    private ScriptedSource Failing(string name, string reason) =>
        new(name, _process, _ => throw new SourceException(reason));

    private SearchResult Run(out double seconds, params ScriptedSource[] sources) => RunEntries(
        out seconds, CancellationToken.None, [.. sources.Select(static one => new SourceEntry(one))]);

    private SearchResult RunEntries(out double seconds, CancellationToken cancellation, params SourceEntry[] entries)
    {
        SourceSearch search = new(new SearchLimits(), _process, one => _told.Add(one.ToString()));
        Task<SearchResult>? running = null;
        _process.Thread.Run(() => running = search.RunAsync(entries, cancellation));
        while (!running!.IsCompleted && _world.Now < 600 * Second)
            _world.RunUntil(_world.Now + (Second / 1000));
        seconds = Math.Round(_world.Now / 1e9, 2);
        Assert.That(running.IsCompleted, Is.True, "it goes on for ever");
        Assert.That(_process.Thread.IsAstray, Is.False);
        return running.GetAwaiter().GetResult();
    }
}
