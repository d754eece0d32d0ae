using System.Globalization;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>
/// Waits until units are where they are wanted, and says whenever something about one changes: where it is, or why it
/// is not there. Asks again only when something has changed.
/// </summary>
internal sealed class UnitWait(UnitCall call, UnitGoal goal, IReadOnlyList<string> units)
{
    // What is on its way is told once that takes a moment: most units are there at once.
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private bool _hasFailed;

    /// <summary>Waits; at most <paramref name="seconds"/>, or without limit if that is 0.</summary>
    public async Task<int> RunAsync(double seconds)
    {
        long start = call.Session.Host.Time.GetTimestamp();
        string pattern = UnitArguments.PatternOf(units);
        AdminReply<UnitListing> reply = await call.Client.ListAsync(pattern, call.Cancellation);
        while (true)
        {
            if (reply is not AdminReply<UnitListing>.Done done)
                return call.Fail(reply, "waiting for " + Names(units));
            TimeSpan waited = call.Session.Host.Time.GetElapsedTime(start);
            Look(done.Value, waited);
            if (_ended.Count == units.Count)
                return Finish(done.Value);
            TimeSpan left = seconds > 0 ? TimeSpan.FromSeconds(seconds) - waited : TimeSpan.MaxValue;
            if (left <= TimeSpan.Zero)
                return GiveUp(done.Value, seconds);
            TimeSpan limit = call.PollLimit < left ? call.PollLimit : left;
            // The first look tells nothing for a second, so it is repeated then even if nothing changes.
            if (waited < s_quiet && s_quiet < limit)
                limit = s_quiet;
            reply = await call.Client.WaitAsync(pattern, done.Value.Index, limit, call.Cancellation);
            if (reply is AdminReply<UnitListing>.Failed)
            {
                await Task.Delay(s_pause, call.Session.Host.Time, call.Cancellation);
                reply = await call.Client.ListAsync(pattern, call.Cancellation);
            }
        }
    }

    private void Look(UnitListing listing, TimeSpan waited)
    {
        Dictionary<string, ListedUnit> found = listing.Units.ToDictionary(static unit => unit.Name);
        foreach (string name in units)
        {
            if (_ended.Contains(name))
                continue;
            UnitProgress progress = goal.Judge(found.GetValueOrDefault(name));
            if (progress.Stage != UnitStage.OnItsWay)
                _ended.Add(name);
            _hasFailed |= progress.Stage == UnitStage.Failed;
            Tell(name, progress, waited);
        }
    }

    private void Tell(string name, UnitProgress progress, TimeSpan waited)
    {
        if (progress.Stage == UnitStage.Arrived)
        {
            if (!call.IsJson)
                call.Output.WriteLine($"{name} {progress.Text}");
            return;
        }

        bool isNews = _told.GetValueOrDefault(name) != progress.Text;
        if (!isNews || (progress.Stage == UnitStage.OnItsWay && waited < s_quiet))
            return;
        _told[name] = progress.Text;
        string prefix = progress.Stage == UnitStage.OnItsWay ? "waiting: " : "";
        call.Error.WriteLine($"{prefix}{name} {Sentence(progress.Text)}");
    }

    // A reason of the cluster is a sentence of its own.
    private static string Sentence(string text) =>
        text.StartsWith("is ", StringComparison.Ordinal) || text.StartsWith("failed", StringComparison.Ordinal)
            || text.StartsWith("was ", StringComparison.Ordinal)
            ? text : $"is not there yet: {text}";

    private int Finish(UnitListing listing)
    {
        PrintJson(listing);
        if (!_hasFailed)
            return ExitCode.Done;
        call.Error.WriteLine("see why with `corenode unit status UNIT` and `corenode unit journal UNIT`");
        return ExitCode.Failed;
    }

    private int GiveUp(UnitListing listing, double seconds)
    {
        PrintJson(listing);
        string[] missing = [.. units.Where(name => !_ended.Contains(name))];
        return call.Session.Fail(
            ExitCode.Failed,
            string.Create(
                CultureInfo.InvariantCulture,
                $"gave up waiting for {Names(missing)} after {seconds} s; what was asked for stays wanted"));
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
