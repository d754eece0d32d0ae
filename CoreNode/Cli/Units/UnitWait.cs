using System.Globalization;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>
/// Waits until units are where they are wanted, and says of each that takes longer where it is, or why it is not there,
/// and from time to time how long that has been so. Asks again only when something has changed.
/// </summary>
internal sealed class UnitWait(UnitCall call, UnitGoal goal, IReadOnlyList<string> units)
{
    // Of many units that wait only some are named.
    private const int MostNamed = 5;

    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(50);

    // A program that cannot read its configuration ends at once: until then a simple service counts as running.
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(300);

    // A unit that is through and inactive looks as one that was stopped before: so long it may take to begin.
    private static readonly TimeSpan s_beginning = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, ToldProgress> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _arrived = new(StringComparer.Ordinal);
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private readonly List<string> _failed = [];
    private readonly long _start = call.Session.Host.Time.GetTimestamp();
    private bool _isSettling;
    private bool _hasToldAway;

    private TimeSpan Waited => call.Session.Host.Time.GetElapsedTime(_start);

    /// <summary>Waits; at most <paramref name="seconds"/>, or without limit if that is 0.</summary>
    public async Task<int> RunAsync(double seconds)
    {
        string pattern = UnitArguments.PatternOf(units);
        TimeSpan limit = seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        UnitListing? known = null;
        TimeSpan answered = TimeSpan.Zero;
        while (true)
        {
            AdminReply<UnitListing> reply = known is null
                ? await call.Client.ListAsync(pattern, call.Cancellation)
                : await call.Client.WaitAsync(pattern, known.Index, PollLimit(limit - Waited), call.Cancellation);
            if (reply is AdminReply<UnitListing>.Done done)
            {
                known = done.Value;
                answered = Waited;
                Look(known);
            }
            else if (!IsPassing(reply) || Waited - answered > call.Patience)
                return await LoseAsync(reply);
            else
                await OutlastAsync(answered);
            if (known is not null && _ended.Count == units.Count)
                return await FinishAsync(known);
            if (Waited >= limit)
                return GiveUp(known, seconds);
            if (reply is not AdminReply<UnitListing>.Done)
                known = null;
        }
    }

    // A node that is started anew, or one that has no store now: the next moment or the next node may do.
    private static bool IsPassing(AdminReply<UnitListing> reply) =>
        reply is AdminReply<UnitListing>.Failed or AdminReply<UnitListing>.Refused { Status: >= 500 };

    private async Task OutlastAsync(TimeSpan answered)
    {
        if (!_hasToldAway && Waited - answered >= s_quiet)
        {
            _hasToldAway = true;
            await call.Error.WriteLineAsync("waiting: no node answers now; what was asked for stays wanted");
        }

        await Task.Delay(s_pause, call.Session.Host.Time, call.Cancellation);
    }

    private async Task<int> LoseAsync(AdminReply<UnitListing> reply)
    {
        int exitCode = call.Fail(reply, "waiting for " + Names(units));
        await call.Error.WriteLineAsync("the wait is over, but what was asked for stays wanted");
        return exitCode;
    }

    private TimeSpan PollLimit(TimeSpan left)
    {
        TimeSpan limit = call.PollLimit < left ? call.PollLimit : left;
        if (_isSettling && s_settling < limit)
            limit = s_settling;
        // What is to be told although nothing changes needs another look by then.
        TimeSpan waited = Waited;
        foreach ((string name, ToldProgress told) in _told)
        {
            if (!_ended.Contains(name) && told.Next - waited < limit)
                limit = told.Next - waited;
        }

        return limit > s_shortest ? limit : s_shortest;
    }

    private void Look(UnitListing listing)
    {
        Dictionary<string, ListedUnit> found = listing.Units.ToDictionary(static unit => unit.Name);
        _isSettling = false;
        foreach (string name in units)
        {
            if (_ended.Contains(name))
                continue;
            ListedUnit? unit = found.GetValueOrDefault(name);
            UnitProgress progress = goal.Judge(unit);
            if (unit?.Machines.Any(static place => place.Active is "activating" or "active") == true)
                _begun.Add(name);
            if (progress.Stage == UnitStage.Arrived && IsSettling(name, unit))
            {
                _isSettling = true;
                continue;
            }

            if (progress.Stage != UnitStage.Arrived)
                _arrived.Remove(name);
            if (progress.Stage != UnitStage.OnItsWay)
                _ended.Add(name);
            if (progress.Stage == UnitStage.Failed)
                _failed.Add(name);
            Tell(name, progress);
        }

        TellWaiting();
    }

    // Where it has run for long there is nothing to wait for.
    private bool IsSettling(string name, ListedUnit? unit)
    {
        if (unit is null || !goal.IsLaunch)
            return false;
        DateTimeOffset now = call.Session.Host.Time.GetUtcNow();
        bool isNew = unit.Machines.Any(place => place is { Active: "active", Sub: "running" }
            && DateTimeOffset.TryParse(
                place.Since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset since)
            && (now - since).Duration() < TimeSpan.FromSeconds(10));
        bool hasNotBegun = !_begun.Contains(name) && unit.Machines.Any(static place => place.Active == "inactive");
        if (!isNew && !hasNotBegun)
            return false;
        _arrived.TryAdd(name, Waited);
        return Waited - _arrived[name] < (hasNotBegun ? s_beginning : s_settling);
    }

    private void Tell(string name, UnitProgress progress)
    {
        if (progress.Stage == UnitStage.Failed)
            call.Error.WriteLine($"{name} {progress.Text}");
        else if (progress.Stage == UnitStage.OnItsWay && _told.GetValueOrDefault(name)?.Text != progress.Text)
            _told[name] = new ToldProgress(progress.Text, Waited);
        else if (progress.Stage == UnitStage.Arrived && !call.IsJson)
            call.Output.WriteLine($"{name} {progress.Text}");
    }

    private void TellWaiting()
    {
        TimeSpan waited = Waited;
        int count = 0;
        foreach (string name in units)
        {
            if (_ended.Contains(name) || _told.GetValueOrDefault(name) is not { } told || told.Next > waited)
                continue;
            string beginning = told.Tell(waited);
            if (++count <= MostNamed)
                call.Error.WriteLine($"{beginning}: {name} {Sentence(told.Text)}");
        }

        if (count > MostNamed)
            call.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"waiting: {count - MostNamed} more units are not there yet"));
    }

    // A reason of the cluster is a sentence of its own.
    private static string Sentence(string text) =>
        text.StartsWith("is ", StringComparison.Ordinal) ? text : $"is not there yet: {text}";

    private async Task<int> FinishAsync(UnitListing listing)
    {
        PrintJson(listing);
        if (_failed.Count == 0)
            return ExitCode.Done;
        await FailureReport.WriteAsync(call, _failed);
        return ExitCode.Failed;
    }

    private int GiveUp(UnitListing? listing, double seconds)
    {
        if (listing is not null)
            PrintJson(listing);
        string[] missing = [.. units.Where(name => !_ended.Contains(name))];
        string reason = missing.Length == 1 && _told.GetValueOrDefault(missing[0]) is { } told
            ? $" ({told.Text})" : "";
        return call.Session.Fail(
            ExitCode.Failed,
            string.Create(
                CultureInfo.InvariantCulture,
                $"gave up waiting for {Names(missing)} after {seconds} s{reason}; what was asked for stays wanted"));
    }

    private void PrintJson(UnitListing listing)
    {
        if (!call.IsJson)
            return;
        IEnumerable<string> wanted = listing.Units.Where(unit => units.Contains(unit.Name)).Select(static u => u.Json);
        call.Output.WriteLine($"{{\"index\":{listing.Index},\"units\":[{string.Join(',', wanted)}]}}");
    }

    private static string Names(IReadOnlyList<string> names) =>
        names.Count <= 3 ? string.Join(", ", names) : $"{names[0]} and {names.Count - 1} more";
}
