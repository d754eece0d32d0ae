using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Choice;
using CoreNode.Provision.Sources.Clouds;

namespace CoreNode.Provision.Sources.Search;

/// <summary>
/// What the sources have said so far, and what follows: when it is enough, and what is taken. Of those that exclude
/// each other the most preferred one with user data is; what it does not tell of the machine itself comes from the
/// next ones that do. Pure.
/// </summary>
internal sealed class SearchBoard(IReadOnlyList<SourceEntry> entries)
{
    private readonly PollAnswer?[] _last = new PollAnswer?[entries.Count];

    /// <summary>User data are there that could be taken.</summary>
    public bool HasCandidate => Candidate() >= 0;

    /// <summary>Who is still waited for.</summary>
    public string Awaited
    {
        get
        {
            List<string> names = [];
            for (int i = 0; i < entries.Count; i++)
            {
                if (!IsOver(i))
                    names.Add(entries[i].Source.Name);
            }

            return string.Join(", ", names);
        }
    }

    /// <summary>Notes an answer.</summary>
    public void Take(PollAnswer answer) => _last[answer.Index] = answer;

    /// <summary>Nothing that may still come would change what is taken, or is worth the wait.</summary>
    /// <param name="isGraceOver">Who has user data has waited long enough for preferred ones.</param>
    public bool IsEnough(bool isGraceOver)
    {
        int candidate = Candidate();
        bool isKnown = candidate >= 0 && Metadata.TellsOfMachine(_last[candidate]!.Data!);
        for (int i = 0; i < entries.Count; i++)
        {
            if (IsOver(i))
                continue;
            bool isOfNoMatter = !entries[i].IsAdditional && candidate >= 0
                && (isGraceOver || (isKnown && i > candidate));
            if (!isOfNoMatter)
                return false;
        }

        return true;
    }

    /// <summary>The outcome as things stand.</summary>
    public SearchResult Result()
    {
        int taken = Taken();
        List<UserData> data = [];
        List<SourceReport> reports = [];
        List<string> missing = [];
        for (int i = 0; i < entries.Count; i++)
        {
            PollAnswer? last = _last[i];
            bool isFound = last?.Data is not null;
            reports.Add(new SourceReport(
                entries[i].Source.Name, last?.State ?? SourceState.Waiting,
                isFound ? "" : last?.Reason ?? "no answer", isFound && (entries[i].IsAdditional || i == taken),
                last?.Attempt ?? 0));
            if (isFound && entries[i].IsAdditional)
                data.Add(last!.Data!);
            bool hasFailed = last is null || last.State is SourceState.Failed or SourceState.Waiting;
            if (hasFailed && (entries[i].IsAdditional || Candidate() < 0))
                missing.Add(SearchProgress.Line(entries[i].Source.Name, last?.Reason ?? "no answer"));
        }

        // The maker's first, so that the user's wins.
        List<UserData> ordered = [.. data.FindAll(static one => one.IsOem), .. data.FindAll(static one => !one.IsOem)];
        if (taken >= 0)
            ordered.Add(Completed(taken));
        return new SearchResult(ordered, reports, missing.Count == 0 ? null : string.Join("; ", missing));
    }

    // The most preferred one with user data.
    private int Candidate()
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (!entries[i].IsAdditional && _last[i]?.Data is { Content.Length: > 0 })
                return i;
        }

        return -1;
    }

    // Without user data anywhere: who knows the machine at least.
    private int Taken()
    {
        int candidate = Candidate();
        for (int i = 0; candidate < 0 && i < entries.Count; i++)
        {
            if (!entries[i].IsAdditional && _last[i]?.Data is not null)
                candidate = i;
        }

        return candidate;
    }

    private UserData Completed(int taken)
    {
        UserData whole = _last[taken]!.Data!;
        for (int i = 0; i < entries.Count; i++)
        {
            if (i != taken && !entries[i].IsAdditional && _last[i]?.Data is { } more)
                whole = Metadata.Completed(whole, more);
        }

        return whole;
    }

    private bool IsOver(int index) => _last[index] is { } last && last.State != SourceState.Waiting;
}
