using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>Runs sequences against both servers, keeps the coverage and describes what differed.</summary>
internal sealed class DifferentialRun(Uri reference, Uri subject) : IDisposable
{
    private const int RequestsBetweenBarriers = 40;
    private const int MaxOpenWatches = 12;
    private const int MaxDifferingSteps = 20;
    private const int MaxDescribedKinds = 6;
    private static readonly TimeSpan ShrinkDeadline = TimeSpan.FromSeconds(8);
    private readonly DifferentialSession _session = new(reference, subject);
    private readonly List<string> _reports = [];
    private readonly HashSet<string> _describedKinds = [];

    /// <summary>What the requests reached.</summary>
    public CoverageTable Coverage { get; } = new();

    /// <summary>Requests sent to each server.</summary>
    public int Requests { get; private set; }

    /// <summary>Descriptions of what differed, one per kind.</summary>
    public IReadOnlyList<string> Reports => _reports;

    /// <summary>One random sequence on empty stores.</summary>
    public void RunSeed(ulong seed, int requests)
    {
        KeyspaceHints hints = new();
        RequestGenerator generator = new(new Prng(seed), hints);
        Play(hints, Enumerable.Range(0, requests).Select(_ => generator.Next()), $"seed=0x{seed:X}");
    }

    /// <summary>A sequence without requests that are decided before the store, half of it reads.</summary>
    public void RunReads(ulong seed, int requests)
    {
        KeyspaceHints hints = new();
        RequestGenerator generator = new(new Prng(seed), hints);
        Operation[] operations = [Operation.Get, Operation.Set];
        IEnumerable<DifferentialRequest> drawn = Enumerable.Range(0, requests).Select(
            i => generator.Toward(new CoverageCell(operations[i % 2], "recursive", i % 3 == 0 ? "200" : "100")));
        Play(hints, drawn, $"reads, seed=0x{seed:X}");
    }

    /// <summary>
    /// Aims at every cell that is still a hole, each at most <paramref name="maxTries"/> times, after enough writes
    /// that history begins later than the sequence.
    /// </summary>
    public void RunTowardHoles(ulong seed, int maxTries)
    {
        KeyspaceHints hints = new();
        Prng prng = new(seed);
        RequestGenerator generator = new(prng, hints);
        Play(hints, TowardHoles(generator, hints, maxTries), $"directed sequence, seed=0x{seed:X}");
    }

    public void Dispose() => _session.Dispose();

    private IEnumerable<DifferentialRequest> TowardHoles(RequestGenerator generator, KeyspaceHints hints, int maxTries)
    {
        const int windowOfHistory = 1000;
        while (hints.CurrentIndex <= windowOfHistory + 1)
            yield return generator.Next();
        foreach ((string Method, CarriedParameter Parameter) spelling in Coverage.UnusedSpellings)
        {
            for (int tries = 0; tries < maxTries && !Coverage.Used(spelling); tries++)
                yield return generator.Spelled(spelling.Method, spelling.Parameter);
        }
        foreach (CoverageCell hole in Coverage.Holes)
        {
            for (int tries = 0; tries < maxTries && !Coverage.Reached(hole); tries++)
            {
                yield return generator.Toward(hole);
                // Other requests in between bring the tree into other shapes.
                if (tries % 4 == 3)
                    yield return generator.Next();
            }
        }
    }

    private void Play(KeyspaceHints hints, IEnumerable<DifferentialRequest> requests, string name)
    {
        List<DifferentialRequest> sent = [];
        try
        {
            Play(hints, requests, name, sent);
        }
        catch (IOException problem)
        {
            // A server that ends or hangs makes every other comparison worthless: what was sent last is the finding.
            _reports.Add($"{name}: {problem.Message}\n  the last requests:\n{Transcript(sent)}");
        }
    }

    private void Play(
        KeyspaceHints hints, IEnumerable<DifferentialRequest> requests, string name, List<DifferentialRequest> sent)
    {
        _session.Begin();
        int differing = 0;
        foreach (DifferentialRequest drawn in requests)
        {
            bool barrier = sent.Count % RequestsBetweenBarriers == 0 || _session.OpenWatches >= MaxOpenWatches;
            DifferentialRequest request = drawn with { BarrierAfter = barrier };
            sent.Add(request);
            DifferentialStep step = _session.Run(request);
            Requests++;
            Coverage.Add(step);
            hints.Learn(step.Expected, _session.ReferenceBase);
            if (step.Differences.Count == 0)
                continue;
            if (_describedKinds.Count < MaxDescribedKinds && _describedKinds.Add(Kind(step)))
                Describe(step, sent, name);
            if (++differing >= MaxDifferingSteps)
                return;
        }
    }

    private void Describe(DifferentialStep step, List<DifferentialRequest> sent, string name)
    {
        string kind = Kind(step);
        IReadOnlyList<DifferentialRequest> shrunk = Shrink(sent, kind);
        StringBuilder text = new($"{name}: {step.Request.Method} {step.Request.Target}\n");
        foreach (string difference in step.Differences)
            text.Append("  ").Append(difference).Append('\n');
        text.Append($"  transcript, shrunk from {sent.Count} requests to {shrunk.Count}:\n");
        _reports.Add(text.Append(Transcript(shrunk)).ToString());
        // The sequence goes on where it stood.
        Replay(sent);
    }

    private static string Transcript(IEnumerable<DifferentialRequest> requests) =>
        string.Concat(requests.TakeLast(30).Select(r => $"    {r}\n"));

    private IReadOnlyList<DifferentialRequest> Shrink(List<DifferentialRequest> sent, string kind)
    {
        try
        {
            return SequenceShrinker.Shrink(sent, s => Replay(s).Any(r => Kind(r) == kind), ShrinkDeadline);
        }
        catch (IOException)
        {
            // A server ended while it was asked again: the difference is told as it was found.
            return sent;
        }
    }

    private List<DifferentialStep> Replay(IReadOnlyList<DifferentialRequest> requests)
    {
        _session.Begin();
        List<DifferentialStep> differing = [];
        foreach (DifferentialRequest request in requests)
        {
            DifferentialStep step = _session.Run(request);
            if (step.Differences.Count > 0)
                differing.Add(step);
        }
        return differing;
    }

    // Without the values: the same mistake should be told once.
    private static string Kind(DifferentialStep step)
    {
        string first = step.Differences[0].StartsWith("in the watch", StringComparison.Ordinal)
            ? "watch " + step.Differences[1]
            : step.Differences[0];
        int colon = first.IndexOf(": ", StringComparison.Ordinal);
        string field = first.StartsWith("header", StringComparison.Ordinal) || colon < 0 ? first : first[..colon];
        return $"{step.Request.Operation} {step.Outcome} {field.Split('\n')[0]}";
    }
}
