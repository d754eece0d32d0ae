using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Discovery;

/// <summary>
/// The decisions of a machine that searches its cluster in a directory, without doing anything itself: read the size,
/// look who is there, write itself down, watch until there are as many as the size says. Each change is followed by
/// another look at the whole list, so a watch that was cut off, entries that were removed and answers that were lost
/// need no rules of their own. All machines take the first entries by creation, so all find the same members.
/// </summary>
public sealed class DirectorySearch(SearchPlan plan, Prng prng)
{
    private const string NewToken = "make a new one with `corenode discovery new --size N` and give it to all machines";

    private const int LongestWaitSeconds = 30;

    // A service whose watches do not get through is looked at like this instead.
    private const int LongestPollSeconds = 4;

    private DirectoryRequest _last = new DirectoryRequest.ReadSize();
    private int _size;
    private int _failures;
    private int _brokenWatches;
    private ulong _watchedAfter;
    private bool _isTold;
    private bool _hasRegistered = plan.HasRegistered;

    /// <summary>Machines that the cluster is to have; 0 before that is known.</summary>
    public int Size => _size;

    /// <summary>Machines that are there, by name, in the order in which they came.</summary>
    public IReadOnlyList<string> Here { get; private set; } = [];

    private string Server => plan.Url.Endpoint;

    /// <summary>The first step, and the one after a <see cref="SearchStep.Wait"/>.</summary>
    public SearchStep Resume() => _last switch
    {
        DirectoryRequest.ReadSize => Ask(new DirectoryRequest.ReadSize()),

        // Whether a registration without an answer was made, the list tells.
        _ => Ask(new DirectoryRequest.List()),
    };

    /// <summary>Takes the answer to the last <see cref="SearchStep.Ask"/>.</summary>
    public SearchStep Next(DirectoryAnswer answer) => answer switch
    {
        DirectoryAnswer.Size size => TakeSize(size.Text),
        DirectoryAnswer.Listed listed => TakeList(listed),
        DirectoryAnswer.Registered or DirectoryAnswer.Exists => Look(),
        DirectoryAnswer.Changed => Changed(),
        DirectoryAnswer.NoRoom => Later(
            "its directory takes no more machines, and the first ones do not show yet", isWatch: false),
        DirectoryAnswer.Missing missing => Fail(Explain(missing)),
        DirectoryAnswer.Refused refused => Fail($"{plan.Url}: {Shown(refused.Reason)}"),
        DirectoryAnswer.Unreachable away => Later(Shown(away.Reason), _last is DirectoryRequest.Watch),
        _ => throw new InvalidOperationException("an unknown kind of answer"),
    };

    private SearchStep TakeSize(string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) || size == 0)
        {
            return Fail($"{plan.Url}: its size is \"{Shown(text)}\", not a number of machines; make a new token with "
                + "`corenode discovery new --size N`");
        }

        if (size > SearchPlan.MostMembers)
        {
            return Fail($"{plan.Url}: it is for {size} members, and at most {SearchPlan.MostMembers} vote; make a new "
                + "token with `corenode discovery new --size N`: machines beyond the size become proxies");
        }

        _size = size;
        return Look();
    }

    private SearchStep TakeList(DirectoryAnswer.Listed listed)
    {
        _failures = 0;
        DirectoryEntry[] entries = [.. listed.Entries.OrderBy(e => e.CreatedIndex).ThenBy(e => e.Id,
            StringComparer.Ordinal)];
        int position = plan.Id is null ? -1 : Array.FindIndex(entries, e => e.Id == plan.Id);
        if (position >= 0 && entries[position].Value != plan.Self.Text)
            return Fail(AnotherSelf(entries[position]));
        List<FoundMember> first = [];
        foreach (DirectoryEntry entry in ListPart.First(entries, _size))
        {
            if (FoundMember.Parse(entry.Value) is not { } member)
                return Fail($"{plan.Url}: its entry {entry.Id} is \"{Shown(entry.Value)}\", not NAME=URL; {NewToken}");
            if (Conflict(first, member) is { } conflict)
                return Fail(conflict);
            first.Add(member);
        }

        Here = [.. first.Select(m => m.Name)];
        bool isComplete = entries.Length >= _size;
        if (plan.Id is { } id && !isComplete && (position < 0 || !_hasRegistered))
            return Register(id, first, position >= 0);
        if (!isComplete)
            return Watch(listed.Index);
        if (plan.Id is not null && (position < 0 || position >= _size))
            return new SearchStep.Full(first);
        return position >= 0 && !_hasRegistered ? Fail(LostData()) : new SearchStep.Found(first);
    }

    // Also where there is an entry that this folder knows nothing of: as long as machines are missing there is no
    // cluster, so a machine that was set up anew may take its former place.
    private SearchStep Register(string id, List<FoundMember> others, bool isThere)
    {
        if (!isThere && Conflict(others, plan.Self) is { } conflict)
            return Fail(conflict);
        _hasRegistered = true;
        return Ask(new DirectoryRequest.Register(id, plan.Self.Text));
    }

    private SearchStep.Ask Changed()
    {
        _isTold = true;
        return Look();
    }

    // A watch that tells of changes which the list does not show would make machine and service go round in circles:
    // where something on the way drops the index of answers, for example.
    private SearchStep Watch(ulong index)
    {
        bool isInVain = _isTold && index <= _watchedAfter;
        _brokenWatches = _isTold && !isInVain ? 0 : _brokenWatches;
        _isTold = false;
        _watchedAfter = index;
        return isInVain
            ? Later("its watch tells of changes that are none", isWatch: true)
            : Ask(new DirectoryRequest.Watch(index));
    }

    private SearchStep.Ask Look() => Ask(new DirectoryRequest.List());

    private SearchStep.Ask Ask(DirectoryRequest request)
    {
        _last = request;
        return new SearchStep.Ask(request);
    }

    // Twice as long each time up to a limit, and never all machines at one moment.
    private SearchStep.Wait Later(string reason, bool isWatch)
    {
        int times = isWatch ? _brokenWatches++ : _failures++;
        double longest = Math.Min(isWatch ? LongestPollSeconds : LongestWaitSeconds, Math.Pow(2, Math.Min(times, 10)));
        return new SearchStep.Wait(TimeSpan.FromSeconds(longest * (0.5 + (0.5 * prng.NextDouble()))), reason);
    }

    private static SearchStep.Failed Fail(string reason) => new(reason);

    private string Explain(DirectoryAnswer.Missing missing)
    {
        bool isSizeMissing = _last is DirectoryRequest.ReadSize
            && missing.Cause.Contains("/_config", StringComparison.Ordinal);
        return isSizeMissing
            ? $"{plan.Url}: this token has no size (_config/size); make one with `corenode discovery new --size N`"
            : $"{plan.Url}: {Server} knows no such token: it has expired, or never was; {NewToken}";
    }

    private string AnotherSelf(DirectoryEntry entry)
    {
        string urls = string.Join(',', plan.Self.PeerUrls);
        return FoundMember.Parse(entry.Value)?.Name == plan.Self.Name
            ? $"{plan.Url}: the entry {entry.Id} of this machine is \"{Shown(entry.Value)}\", but its peer URLs are "
                + $"{urls}; {NewToken}"
            : $"{plan.Url}: another machine, or this one under another name, is registered with the peer URLs {urls}: "
                + $"\"{Shown(entry.Value)}\". Give each machine its own --initial-advertise-peer-urls, or this one its "
                + $"former --name; or {NewToken}";
    }

    private string? Conflict(List<FoundMember> first, FoundMember member)
    {
        if (first.Find(m => m.Name == member.Name) is { } namesake)
        {
            return $"{plan.Url}: two machines call themselves {member.Name}: {namesake.Text} and {member.Text}. Give "
                + $"each its own --name, or leave it out; then {NewToken}";
        }

        return first.Find(m => m.PeerUrls.Intersect(member.PeerUrls).Any()) is { } neighbour
            ? $"{plan.Url}: {neighbour.Name} and {member.Name} have a peer URL in common: {neighbour.Text} and "
                + $"{member.Text}. Give each its own --initial-advertise-peer-urls; then {NewToken}"
            : null;
    }

    private string LostData()
    {
        string urls = string.Join(',', plan.Self.PeerUrls);
        return $"{plan.Url}: a machine at {urls} is a member already, but this data folder is empty. It must not take "
            + "part under that identity again: if its cluster runs, run "
            + $"`corenode member add --replace {plan.Self.Name} {urls}` on another member and start this one as that "
            + $"prints, without --discovery; if there is no cluster, {NewToken}";
    }

    private static string Shown(string text) => ForeignText.Shown(text);
}
