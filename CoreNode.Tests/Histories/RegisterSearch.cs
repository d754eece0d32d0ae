using CoreNode.Foundation;

namespace CoreNode.Tests.Histories;

/// <summary>
/// Looks for an order of one key's operations that explains their answers: the search of Wing and Gong (1993) with
/// Lowe's (2017) memory of configurations that led nowhere. What has been placed is remembered as a sum of random
/// numbers of 128 bits in place of a set of bits: two different sets do not meet in practice.
/// <para>
/// What keeps it small: reads that fit are placed at once, since they change nothing; what has a known index is placed
/// in the order of the indexes; and of unknown writes that nobody can tell apart the oldest goes first.
/// </para>
/// </summary>
internal sealed class RegisterSearch
{
    private const int ExplainedBefore = 6;
    private const int ExplainedAfter = 12;
    private const string Unseen = "(never seen)";

    private readonly HistoryOperation[] _known;
    private readonly ulong[] _knownLow;
    private readonly ulong[] _knownHigh;
    private readonly bool[] _isPlaced;
    private readonly int[] _rank;
    private readonly ulong[] _indexes;
    private readonly List<UnknownWrites> _unknown = [];
    private readonly HashSet<(ulong, ulong, RegisterState)> _visited = [];
    private readonly List<Placement> _stack = [];
    private readonly long _maxSteps;
    private int _placed;
    private int _firstOpen;
    private int _placedIndexed;
    private ulong _low;
    private ulong _high;
    private int _mostPlaced = -1;
    private int _explainAt = int.MaxValue;
    private string _explanation = "";

    public RegisterSearch(IEnumerable<HistoryOperation> ofOneKey, long maxSteps)
    {
        _maxSteps = maxSteps;
        HistoryOperation[] all = [.. ofOneKey.Where(static one => one.Result != HistoryResult.Refused)
            .OrderBy(static one => one.InvokedAt)];
        Prng random = new(1);
        _known = [.. all.Where(static one => one.Result != HistoryResult.Unknown)];
        _knownLow = [.. _known.Select(_ => random.NextUInt64())];
        _knownHigh = [.. _known.Select(_ => random.NextUInt64())];
        _isPlaced = new bool[_known.Length];
        _indexes = [.. _known.Where(HasIndex).Select(static one => one.ModifiedIndex).Order()];
        _rank = [.. _known.Select(one => HasIndex(one) ? CountBelow(one.ModifiedIndex) : 0)];
        HashSet<string?> seen =
            [.. all.Select(static one => one.SeenValue), .. all.Select(static one => one.PreviousValue)];
        foreach (IGrouping<HistoryOperation, HistoryOperation> alike in all
            .Where(static one => one.Result == HistoryResult.Unknown && one.IsWrite)
            .Select(one => one.Value is null || seen.Contains(one.Value) ? one : one with { Value = Unseen })
            .GroupBy(static one => one with { Client = 0, InvokedAt = 0, ReturnedAt = 0 }))
        {
            _unknown.Add(new UnknownWrites(alike, random));
        }
    }

    /// <summary>Judges one key's operations with at most so many steps.</summary>
    public static LinearizabilityVerdict Judge(IEnumerable<HistoryOperation> ofOneKey, long maxSteps)
    {
        HistoryOperation[] operations = [.. ofOneKey];
        RegisterSearch search = new(operations, maxSteps);
        Linearizability outcome = search.Run();
        if (outcome == Linearizability.Linearizable)
            return new LinearizabilityVerdict(outcome, "");

        // The same search again, to describe the point that it got furthest at: text on the way there would cost more
        // than the search.
        RegisterSearch again = new(operations, maxSteps) { _explainAt = search._mostPlaced };
        again.Run();
        return new LinearizabilityVerdict(outcome, again._explanation);
    }

    private Linearizability Run()
    {
        RegisterState state = RegisterState.Initial;
        List<int> choices = Choices(state);
        int next = 0;
        for (long step = 0; _placed < _known.Length; step++)
        {
            if (step >= _maxSteps)
                return Linearizability.Undecided;
            if (next == choices.Count)
            {
                if (_stack.Count == 0)
                    return Linearizability.Violated;
                Placement last = _stack[^1];
                _stack.RemoveAt(_stack.Count - 1);
                Toggle(last.Choice, isPlacing: false);
                (state, choices, next) = (last.Before, last.Choices, last.Next);
                continue;
            }

            int choice = choices[next++];
            RegisterState? after = state.Step(Operation(choice));
            if (after is not { } reached)
                continue;
            Toggle(choice, isPlacing: true);
            if (!_visited.Add((_low, _high, reached)))
            {
                Toggle(choice, isPlacing: false);
                continue;
            }

            _stack.Add(new Placement(choice, state, choices, next));
            (state, choices, next) = (reached, Choices(reached), 0);
        }

        return Linearizability.Linearizable;
    }

    // What may come next: whatever was sent before the first open operation had its answer. Known ones by number,
    // kinds of unknown ones by the complement of theirs, and those last: most of them never happened.
    private List<int> Choices(RegisterState state)
    {
        long firstReturn = long.MaxValue;
        int end = _firstOpen;
        for (; end < _known.Length && _known[end].InvokedAt <= firstReturn; end++)
        {
            if (!_isPlaced[end])
                firstReturn = Math.Min(firstReturn, _known[end].ReturnedAt);
        }

        // While a read of just this state is open, no other state can follow.
        bool isStillRead = state.IsExact && _placedIndexed < CountBelow(state.Index + 1);
        List<int> choices = [];
        for (int i = _firstOpen; i < end; i++)
        {
            if (_isPlaced[i] || _known[i].InvokedAt > firstReturn)
                continue;
            if (state.Step(_known[i]) == state && !IsDone(_known[i]))
                return [i];
            if (_rank[i] <= _placedIndexed && !(isStillRead && IsDone(_known[i])))
                choices.Add(i);
        }

        choices.Sort((a, b) => _known[a].ReturnedAt.CompareTo(_known[b].ReturnedAt));
        for (int i = 0; i < _unknown.Count && !isStillRead; i++)
        {
            if (_unknown[i].Next is { } next && next.InvokedAt <= firstReturn)
                choices.Add(~i);
        }

        _mostPlaced = Math.Max(_mostPlaced, _placed);
        if (_placed == _explainAt && _explanation.Length == 0)
            _explanation = Explain(state, firstReturn);

        return choices;
    }

    private static bool IsDone(HistoryOperation operation) =>
        operation.Result == HistoryResult.Ok && operation.IsWrite;

    private HistoryOperation Operation(int choice) => choice >= 0 ? _known[choice] : _unknown[~choice].Next!;

    private void Toggle(int choice, bool isPlacing)
    {
        int sign = isPlacing ? 1 : -1;
        if (choice < 0)
        {
            (ulong low, ulong high) = _unknown[~choice].Toggle(isPlacing);
            (_low, _high) = (_low ^ low, _high ^ high);
            return;
        }

        (_low, _high) = (_low ^ _knownLow[choice], _high ^ _knownHigh[choice]);
        _isPlaced[choice] = isPlacing;
        _placed += sign;
        if (HasIndex(_known[choice]))
            _placedIndexed += sign;
        if (!isPlacing)
            _firstOpen = Math.Min(_firstOpen, choice);
        while (_firstOpen < _known.Length && _isPlaced[_firstOpen])
            _firstOpen++;
    }

    private static bool HasIndex(HistoryOperation one) => one is { Result: HistoryResult.Ok, ModifiedIndex: not 0 };

    private int CountBelow(ulong index)
    {
        int at = Array.BinarySearch(_indexes, index);
        if (at < 0)
            return ~at;
        while (at > 0 && _indexes[at - 1] == index)
            at--;
        return at;
    }

    private string Explain(RegisterState state, long firstReturn)
    {
        string before = string.Join("\n", _stack.TakeLast(ExplainedBefore).Select(one => $"  {Describe(one)}"));
        string value = state.Value is null ? "absent" : $"'{state.Value}'";
        string index = state.IsExact ? $"{state.Index}" : $"above {state.Index}";
        string after = string.Join("\n", _known.Skip(_firstOpen).Where((one, i) => !_isPlaced[_firstOpen + i])
            .TakeWhile(one => one.InvokedAt <= firstReturn).Take(ExplainedAfter).Select(static one => $"  {one}"));
        return $"the longest order found explains {_placed} of {_known.Length} answers and ends with\n{before}\n"
            + $"The key is then {value}, modified index {index}, and none of these can be next:\n{after}\n"
            + $"({_unknown.Sum(static alike => alike.Count)} operations without an answer were tried, too)";
    }

    private string Describe(Placement one) =>
        one.Choice >= 0 ? $"{_known[one.Choice]}" : _unknown[~one.Choice].ToString();

    private sealed record Placement(int Choice, RegisterState Before, List<int> Choices, int Next);

    /// <summary>Writes without an answer that nobody can tell apart, the oldest first.</summary>
    private sealed class UnknownWrites
    {
        private readonly HistoryOperation[] _operations;
        private readonly ulong[] _low;
        private readonly ulong[] _high;
        private int _placed;

        public UnknownWrites(IEnumerable<HistoryOperation> operations, Prng random)
        {
            _operations = [.. operations];
            _low = [.. _operations.Select(_ => random.NextUInt64())];
            _high = [.. _operations.Select(_ => random.NextUInt64())];
        }

        public int Count => _operations.Length;

        public HistoryOperation? Next => _placed < _operations.Length ? _operations[_placed] : null;

        public (ulong Low, ulong High) Toggle(bool isPlacing)
        {
            int at = isPlacing ? _placed++ : --_placed;
            return (_low[at], _high[at]);
        }

        public override string ToString() => $"{_operations[0]} (or one like it)";
    }
}
