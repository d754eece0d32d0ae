using System.Diagnostics;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Makes a failing sequence shorter by leaving out ever smaller parts that the failure does not need.
/// </summary>
internal static class SequenceShrinker
{
    /// <summary>
    /// A shorter sequence for which <paramref name="fails"/> still holds; the one given when nothing can be left out or
    /// it does not fail again. Ends at the deadline with what it has.
    /// </summary>
    public static IReadOnlyList<T> Shrink<T>(
        IReadOnlyList<T> sequence, Func<IReadOnlyList<T>, bool> fails, TimeSpan deadline)
    {
        long started = Stopwatch.GetTimestamp();
        if (!fails(sequence))
            return sequence;
        sequence = ShortestEnd(sequence, fails, started, deadline);
        for (int part = Math.Max(1, sequence.Count / 2); ; part = Math.Max(1, part / 2))
        {
            bool shorter = false;
            for (int end = sequence.Count; end > 0; end -= part)
            {
                if (Stopwatch.GetElapsedTime(started) > deadline)
                    return sequence;
                int start = Math.Max(0, end - part);
                List<T> candidate = [.. sequence.Take(start), .. sequence.Skip(end)];
                if (candidate.Count == 0 || !fails(candidate))
                    continue;
                sequence = candidate;
                shorter = true;
            }
            if (part == 1 && !shorter)
                return sequence;
        }
    }

    // Most failures need little of what went before: a few short runs find that sooner than leaving out halves does.
    private static IReadOnlyList<T> ShortestEnd<T>(
        IReadOnlyList<T> sequence, Func<IReadOnlyList<T>, bool> fails, long started, TimeSpan deadline)
    {
        for (int length = 1; length < sequence.Count / 2; length *= 4)
        {
            T[] end = [.. sequence.TakeLast(length)];
            if (Stopwatch.GetElapsedTime(started) > deadline)
                return sequence;
            if (fails(end))
                return end;
        }
        return sequence;
    }
}
