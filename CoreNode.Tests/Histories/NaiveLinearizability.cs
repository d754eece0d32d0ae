namespace CoreNode.Tests.Histories;

/// <summary>The definition, word by word: tries every order of a few operations of one key.</summary>
internal static class NaiveLinearizability
{
    public static bool IsLinearizable(IReadOnlyList<HistoryOperation> history) => Try(
        RegisterState.Initial, [.. history.Where(static one => one.Result != HistoryResult.Refused)]);

    private static bool Try(RegisterState state, List<HistoryOperation> open)
    {
        if (open.All(static one => one.Result == HistoryResult.Unknown))
            return true;
        foreach (HistoryOperation next in open)
        {
            bool isTooLate = open.Any(one =>
                one.Result != HistoryResult.Unknown && one.ReturnedAt < next.InvokedAt);
            if (isTooLate || next is { Kind: HistoryKind.Get, Result: HistoryResult.Unknown })
                continue;
            if (state.Step(next) is { } after && Try(after, [.. open.Where(one => !ReferenceEquals(one, next))]))
                return true;
        }

        return false;
    }
}
