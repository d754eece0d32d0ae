using System.Diagnostics;
using System.Net.Sockets;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Sends each request to both servers at once and compares the answers. Watches stay open until a barrier, where both
/// servers must have told the same events: nothing waits for a time, except to see that nothing more comes.
/// </summary>
internal sealed class DifferentialSession(Uri reference, Uri subject) : IDisposable
{
    private static readonly TimeSpan BarrierDeadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(6);
    private readonly ServerSide _reference = new(reference);
    private readonly ServerSide _subject = new(subject);
    private readonly List<OpenWatch> _watches = [];

    /// <summary>The reference's index when the sequence began.</summary>
    public long ReferenceBase => _reference.BaseIndex;

    /// <summary>Watches that are open now.</summary>
    public int OpenWatches => _watches.Count;

    /// <summary>
    /// Starts a sequence on empty stores that stand at the same index, so that also the window of history is the same
    /// in a sequence that follows one where the servers differed.
    /// </summary>
    public void Begin()
    {
        DropWatches();
        long index = Math.Max(_reference.Clear(), _subject.Clear()) + 2;
        _reference.Begin(index);
        _subject.Begin(index);
    }

    /// <summary>Sends one request to both and compares; after a barrier's request the watches too.</summary>
    public DifferentialStep Run(DifferentialRequest request)
    {
        DifferentialStep step;
        try
        {
            step = request.MayStayOpen ? RunWatch(request) : RunExchange(request);
        }
        catch (Exception problem) when (problem is IOException or FormatException or SocketException)
        {
            throw new IOException($"no comparison of {request}: {problem.Message}", problem);
        }
        if (request.BarrierAfter)
            step.Differences.AddRange(Barrier());
        return step;
    }

    public void Dispose()
    {
        DropWatches();
        _reference.Dispose();
        _subject.Dispose();
    }

    private DifferentialStep RunExchange(DifferentialRequest request)
    {
        _reference.Send(request);
        _subject.Send(request);
        RawAnswer expected = _reference.Receive();
        RawAnswer actual = _subject.Receive();
        return new DifferentialStep(request, expected, actual, Compare(request, expected, actual));
    }

    private DifferentialStep RunWatch(DifferentialRequest request)
    {
        OpenWatch watch = new(request, _reference.Open(request), _subject.Open(request));
        RawAnswer expected = watch.Reference.ReceiveHead();
        RawAnswer actual = watch.Subject.ReceiveHead();
        if (expected.Status == 200 && actual.Status == 200 && expected.Header("X-Raft-Term") is not null)
        {
            _watches.Add(watch);
            RawAnswer withoutBody = expected with { Body = [], IsComplete = false };
            return new DifferentialStep(request, withoutBody, actual,
                Compare(request, withoutBody, actual with { Body = [], IsComplete = false }));
        }
        expected = watch.Reference.ReceiveAnswer();
        actual = watch.Subject.ReceiveAnswer();
        watch.Dispose();
        return new DifferentialStep(request, expected, actual, Compare(request, expected, actual));
    }

    private List<string> Compare(DifferentialRequest request, RawAnswer expected, RawAnswer actual) =>
        AnswerComparer.Differences(
            new CanonicalAnswer(expected, _reference.BaseIndex, request),
            new CanonicalAnswer(actual, _subject.BaseIndex, request));

    private List<string> Barrier()
    {
        AwaitEven();
        List<string> differences = [];
        foreach (OpenWatch watch in _watches)
        {
            RawAnswer expected = watch.Reference.Reader.ToAnswer();
            RawAnswer actual = watch.Subject.Reader.ToAnswer();
            List<string> found = Compare(watch.Request, expected, actual);
            if (found.Count > 0)
                differences.AddRange(["in the watch " + watch.Request, .. found]);
        }
        DropWatches();
        return differences;
    }

    // Ends once both sides of every watch are even and nothing came for a moment: a late event makes one side lead, and
    // then the other gets the whole deadline to follow, so a busy machine cannot fail a good server.
    private void AwaitEven()
    {
        long started = Stopwatch.GetTimestamp();
        long lastNews = started;
        while (Stopwatch.GetElapsedTime(started) < BarrierDeadline)
        {
            foreach (OpenWatch watch in _watches)
            {
                if (watch.Pump())
                    lastNews = Stopwatch.GetTimestamp();
            }
            if (_watches.TrueForAll(w => w.AreEven) && Stopwatch.GetElapsedTime(lastNews) > Quiet)
                return;
            List<Socket> open = [.. _watches.SelectMany(Sockets)];
            if (open.Count == 0)
                return;
            Socket.Select(open, null, null, Quiet);
        }
    }

    private static IEnumerable<Socket> Sockets(OpenWatch watch)
    {
        foreach (KeepAliveConnection side in new[] { watch.Reference, watch.Subject })
        {
            if (side.Socket is { } socket && !side.Reader.IsComplete)
                yield return socket;
        }
    }

    private void DropWatches()
    {
        foreach (OpenWatch watch in _watches)
            watch.Dispose();
        _watches.Clear();
    }
}
