using CoreNode.Discovery;
using CoreNode.Foundation;

namespace CoreNode.Tests.Discovery;

/// <summary>
/// Many machines search at once, in an order drawn from a seed, with lost answers and restarts: whoever finds members
/// finds the same ones, exactly those count themselves among them, and all of them come to an end.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class SearchRaceTests
{
    private const int Seeds = 2000;
    private const int MostSteps = 20_000;

    [Test]
    public void All_machines_find_the_same_members_whatever_goes_wrong_on_the_way()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
            Run(new Prng(seed), seed);
    }

    private static void Run(Prng prng, ulong seed)
    {
        int size = prng.Next(1, 10);
        FakeDirectory directory = new() { Size = $"{size}" };
        Machine[] machines = [.. Enumerable.Range(1, size + prng.Next(0, 6)).Select(n => new Machine(n, prng))];
        for (int steps = 0; machines.Any(m => !m.IsDone); steps++)
        {
            Assert.That(steps, Is.LessThan(MostSteps), $"seed {seed}: no end");
            Machine machine = machines[prng.Next(machines.Length)];
            if (!machine.IsDone)
                machine.Step(directory, prng);
        }

        string[] expected = [.. directory.Entries.Take(size).Select(e => e.Value)];
        foreach (Machine machine in machines)
        {
            IReadOnlyList<FoundMember> found = machine.Members;
            Assert.That(found.Select(m => m.Text), Is.EqualTo(expected), $"seed {seed}");
            Assert.That(
                machine.IsMember, Is.EqualTo(expected.Contains(machine.Text)), $"seed {seed}: {machine.Text}");
        }
    }

    private sealed class Machine
    {
        private readonly SearchPlan _plan;
        private DirectorySearch _search;
        private SearchStep _step;
        private bool _isNoted;

        public Machine(int number, Prng prng)
        {
            (string id, FoundMember self) = FakeDirectory.Machine(number);
            DirectoryUrl.TryParse("http://d/abc", out DirectoryUrl? url, out _);
            _plan = new SearchPlan { Url = url!, Id = id, Self = self, HasRegistered = false };
            _search = new DirectorySearch(_plan, prng);
            _step = _search.Resume();
        }

        public string Text => _plan.Self.Text;

        public bool IsDone => _step is SearchStep.Found or SearchStep.Full;

        public bool IsMember => _step is SearchStep.Found;

        public IReadOnlyList<FoundMember> Members => _step switch
        {
            SearchStep.Found found => found.Members,
            SearchStep.Full full => full.Members,
            _ => [],
        };

        public void Step(FakeDirectory directory, Prng prng)
        {
            if (prng.Chance(0.03))
            {
                // A restart: what the data folder noted is all that is left.
                _search = new DirectorySearch(_plan with { HasRegistered = _isNoted }, prng);
                _step = _search.Resume();
                return;
            }

            _step = _step switch
            {
                SearchStep.Wait => _search.Resume(),
                SearchStep.Ask ask => Ask(ask, directory, prng),
                _ => throw new AssertionException($"{Text}: {_step}"),
            };
        }

        private SearchStep Ask(SearchStep.Ask ask, FakeDirectory directory, Prng prng)
        {
            if (ask.Request is DirectoryRequest.Register)
                _isNoted = true;
            if (prng.Chance(0.1))
                return _search.Next(new DirectoryAnswer.Unreachable("lost on the way there"));
            DirectoryAnswer? answer = directory.Ask(ask.Request);
            if (answer is null)
                return ask;
            return _search.Next(prng.Chance(0.1) ? new DirectoryAnswer.Unreachable("lost on the way back") : answer);
        }
    }
}
