namespace CoreNode.Tests.Conformance.Differential;

/// <summary>Compares two answers to one request field by field.</summary>
internal static class AnswerComparer
{
    /// <summary>Both servers compute deadlines from their own clock at their own moment.</summary>
    public static readonly TimeSpan ExpirationTolerance = TimeSpan.FromSeconds(2);

    private const long TtlToleranceSeconds = 2;

    /// <summary>What differs, one line each; empty when the answers mean the same.</summary>
    public static List<string> Differences(CanonicalAnswer reference, CanonicalAnswer subject)
    {
        List<string> differences = [];
        if (reference.Status != subject.Status)
            differences.Add($"status: etcd {reference.Status}, CoreNode {subject.Status}");
        if (reference.IsComplete != subject.IsComplete)
            differences.Add($"complete: etcd {reference.IsComplete}, CoreNode {subject.IsComplete}");
        foreach (string header in reference.Headers.Except(subject.Headers))
            differences.Add($"header only by etcd: {header}");
        foreach (string header in subject.Headers.Except(reference.Headers))
            differences.Add($"header only by CoreNode: {header}");
        CompareLines(reference.Lines, subject.Lines, differences);
        CompareTimes(reference, subject, differences);
        return differences;
    }

    private static void CompareLines(
        IReadOnlyList<string> reference, IReadOnlyList<string> subject, List<string> differences)
    {
        for (int i = 0; i < Math.Max(reference.Count, subject.Count); i++)
        {
            string expected = i < reference.Count ? reference[i] : "(no line)";
            string actual = i < subject.Count ? subject[i] : "(no line)";
            if (expected != actual)
                differences.Add($"body line {i + 1}:\n    etcd     {expected}\n    CoreNode {actual}");
        }
    }

    private static void CompareTimes(CanonicalAnswer reference, CanonicalAnswer subject, List<string> differences)
    {
        // A different number of times shows in the body's lines already.
        foreach ((DateTimeOffset expected, DateTimeOffset actual) in reference.Expirations.Zip(subject.Expirations))
        {
            if ((expected - actual).Duration() > ExpirationTolerance)
                differences.Add($"expiration: etcd {expected:O}, CoreNode {actual:O}");
        }
        foreach ((long expected, long actual) in reference.TimesToLive.Zip(subject.TimesToLive))
        {
            if (Math.Abs(expected - actual) > TtlToleranceSeconds)
                differences.Add($"ttl: etcd {expected}, CoreNode {actual}");
        }
    }
}
