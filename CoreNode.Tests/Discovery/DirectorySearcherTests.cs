using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Discovery;

/// <summary>The search carried out: what is on disk before it matters, and what people are told.</summary>
[TestFixture, Category("Unit")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DirectorySearcherTests
{
    private const string Url = "http://d.example.com/abc";

    private readonly SimulatedFiles _files = new(new Prng(7));
    private readonly FakeDirectory _directory = new();
    private readonly List<string> _told = [];

    [Test]
    public async Task The_note_is_on_disk_before_the_entry_is_made()
    {
        (string id, FoundMember self) = FakeDirectory.Machine(1);
        RegistrationNote note = new(_files, "/data");
        Assert.That(note.Matches(Url, id), Is.False);
        bool wasNoted = false;
        Scripted directory = new(request =>
        {
            if (request is DirectoryRequest.Register)
                wasNoted = new RegistrationNote(_files, "/data").Matches(Url, id);
            if (request is DirectoryRequest.Watch)
            {
                foreach (int number in new[] { 2, 3 })
                    _directory.Add($"{number}", FakeDirectory.Machine(number).Member.Text);
            }

            return _directory.Ask(request)!;
        });
        SearchOutcome outcome = await Searcher(directory, note, new InstantTime()).RunAsync(
            Plan(1), new Prng(1), CancellationToken.None);
        Assert.That(wasNoted, Is.True);
        Assert.That(((SearchOutcome.Found)outcome).Self?.Text, Is.EqualTo(self.Text));
        Assert.That(_told, Is.EqualTo(new[] { "1 of 3 machines are here (n1)" }));
        Assert.That(note.Matches(Url, "other"), Is.False);
        Assert.That(note.Matches(Url + "d", id), Is.False);
        note.Delete();
        Assert.That(note.Matches(Url, id), Is.False);
    }

    [Test]
    public async Task It_goes_on_asking_until_the_service_is_there()
    {
        int failures = 200;
        foreach (int number in new[] { 1, 2, 3 })
            _directory.Add($"{number}", FakeDirectory.Machine(number).Member.Text);
        InstantTime time = new();
        Scripted directory = new(request => failures-- > 0
            ? new DirectoryAnswer.Unreachable("connection refused")
            : _directory.Ask(request)!);
        SearchOutcome outcome = await Searcher(directory, new RegistrationNote(_files, "/data"), time).RunAsync(
            Plan(9), new Prng(1), CancellationToken.None);
        Assert.That(((SearchOutcome.Found)outcome).Self, Is.Null);
        Assert.That(time.Waits, Has.Count.EqualTo(200));
        Assert.That(_told, Is.All.EqualTo($"{Url}: connection refused"));
    }

    [Test]
    public void It_can_be_called_off_while_it_waits()
    {
        using CancellationTokenSource stop = new();
        Scripted directory = new(_ =>
        {
            stop.Cancel();
            return new DirectoryAnswer.Unreachable("connection refused");
        });
        Assert.That(
            () => Searcher(directory, new RegistrationNote(_files, "/data"), TimeProvider.System).RunAsync(
                Plan(1), new Prng(1), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(0, "0 s")]
    [TestCase(59, "59 s")]
    [TestCase(185, "3 min 5 s")]
    [TestCase(7800, "2 h 10 min")]
    [TestCase(200_000, "55 h 33 min")]
    public void Waits_are_said_as_people_say_them(int seconds, string text) =>
        Assert.That(WaitText.Of(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));

    private static SearchPlan Plan(int number)
    {
        (string id, FoundMember member) = FakeDirectory.Machine(number);
        DirectoryUrl.TryParse(Url, out DirectoryUrl? url, out _);
        return new SearchPlan { Url = url!, Id = id, Self = member, HasRegistered = false };
    }

    private DirectorySearcher Searcher(Scripted directory, RegistrationNote note, TimeProvider time) =>
        new(directory, note, time, NullLogger.Instance, _told.Add);

    private sealed class Scripted(Func<DirectoryRequest, DirectoryAnswer> answer) : IDirectory
    {
        public Task<DirectoryAnswer> AskAsync(DirectoryRequest request, CancellationToken cancellation) =>
            Task.FromResult(answer(request));
    }
}
