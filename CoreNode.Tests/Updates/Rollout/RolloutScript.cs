using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Windows;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>Runs the commands of a script against one group; Scripts/README.md lists them.</summary>
internal sealed class RolloutScript
{
    private readonly SortedDictionary<string, RolloutMachine> _machines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RolloutRelease> _packages = new(StringComparer.Ordinal);
    private readonly StringBuilder _output = new();
    private RolloutPolicy _policy = new();
    private RolloutRelease? _release;
    private RolloutStanding _standing = RolloutStanding.Fresh;
    private GroupRollout _rollout = new(new RolloutPolicy(), TimeZoneInfo.Utc, null, RolloutStanding.Fresh, []);
    private DateTimeOffset _now = DateTimeOffset.Parse("2026-06-01T12:00:00Z", CultureInfo.InvariantCulture);

    /// <summary>Runs one command and returns what it printed.</summary>
    public string Run(string command)
    {
        _output.Clear();
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Execute(words[0], words[1..], command[words[0].Length..].Trim());
        return _output.ToString();
    }

    private void Execute(string verb, string[] words, string rest)
    {
        switch (verb)
        {
            case "policy":
                SetPolicy(rest);
                break;
            case "release":
                _release = Release(words[0], words[1..]);
                _standing = RolloutStanding.Fresh;
                Rebuild();
                break;
            case "package":
                _packages[words[0]] = Release("pin " + words[0], words);
                break;
            case "at":
                _now = DateTimeOffset.Parse(rest, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                break;
            case "after":
                _now += DurationText.Parse(rest) ?? throw new FormatException(rest);
                break;
            case "check":
                Check(words);
                break;
            case "event":
                Event(words[0], words[1]);
                break;
            case "override":
                Override(words[0], words[1..]);
                break;
            case "pause":
                _standing = _rollout.Pause(rest, _now);
                break;
            case "resume":
                _standing = _rollout.Resume(_now);
                break;
            case "restart":
                string counted = _rollout.Describe();
                Rebuild();
                Assert.That(_rollout.Describe(), Is.EqualTo(counted));
                break;
            case "forget":
                _rollout.Remove(_machines[words[0]]);
                _machines.Remove(words[0]);
                break;
            case "count":
                Count();
                break;
            case "machine":
                RolloutMachine one = _rollout.Aged(_machines[words[0]], _now);
                Print(
                    $"{one.State} since {Text(one.Since)}, {one.Outcome}, version {one.Version}, step "
                    + $"{one.StepVersion}");
                break;
            case "wave":
                (double percent, DateTimeOffset? next) = _rollout.Wave(_now);
                string open = string.Create(CultureInfo.InvariantCulture, $"{percent} %");
                Print(next is null ? open : $"{open}, more at {Text(next.Value)}");
                break;
            case "share":
                Print(WaveShare.Of(words[0], _release!.Id).ToString(CultureInfo.InvariantCulture));
                break;
            default:
                throw new FormatException(verb);
        }
    }

    private void SetPolicy(string json)
    {
        List<string> faults = [];
        using JsonDocument document = JsonDocument.Parse(json);
        if (PolicyCodec.Read(document.RootElement, faults) is { } policy)
        {
            _policy = policy;
            Rebuild();
        }

        foreach (string fault in faults)
            Print(fault);
    }

    private RolloutRelease Release(string id, string[] versions) => new()
    {
        Id = id,
        Target = new RolloutStep(versions[0], versions[0]),
        Floors = [.. versions[1..].Select(v => new RolloutStep(v, v, true))],
        StartedAt = _now,
    };

    private void Check(string[] words)
    {
        RolloutMachine machine = Find(words[0]);
        RolloutAsk ask = new()
        {
            Version = words[1] == "\"\"" ? "" : words[1],
            IsOnDemand = words.Contains("on-demand"),
            TakesSteps = words.Contains("steps"),
            VersionPrefix = words.FirstOrDefault(w => w.StartsWith("prefix=", StringComparison.Ordinal))?[7..],
        };
        RolloutRelease? pinned = _packages.GetValueOrDefault(machine.Override?.PinnedVersion ?? "");
        (RolloutDecision decision, RolloutChange change) = _rollout.Check(machine, ask, _now, pinned);
        Take(change);
        switch (decision)
        {
            case RolloutDecision.Offer offer:
                string steps = string.Join(
                    ", ", offer.Steps.Select(s => s.IsFloor ? $"{s.Version} (floor)" : s.Version));
                Print($"{words[0]}: {(offer.IsNew ? "offer" : "again")} {steps} by {offer.Why}{Poll(decision)}");
                break;
            case RolloutDecision.Hold hold:
                string text = hold.Held.Text is { } said ? $" ({said})" : "";
                string until = hold.Held.Until is { } end ? $" until {Text(end)}" : "";
                Print($"{words[0]}: {hold.Held.Reason}{until}{text}{Poll(decision)}");
                break;
            case RolloutDecision.Refuse refuse:
                Print($"{words[0]}: {refuse.AppStatus}, {refuse.Text}");
                break;
            default:
                Print($"{words[0]}: up to date{Poll(decision)}");
                break;
        }
    }

    private void Event(string id, string what)
    {
        OmahaEvent told = what switch
        {
            "fetching" => OmahaEvent.DownloadStarted,
            "fetched" => OmahaEvent.DownloadFinished,
            "installed" => OmahaEvent.Installed,
            "deferred" => OmahaEvent.Deferred(36),
            "rolled-back" => OmahaEvent.RolledBack,
            _ => OmahaEvent.Failed(uint.Parse(what["failed:".Length..], CultureInfo.InvariantCulture)),
        };
        RolloutChange change = _rollout.On(Find(id), RolloutEvents.Of(told), _now);
        Take(change);
        if (change.IsIgnored)
            Print($"{id}: ignored");
    }

    private void Override(string id, string[] words)
    {
        RolloutMachine machine = Find(id);
        string? pin = words.FirstOrDefault(w => w.StartsWith("pin=", StringComparison.Ordinal))?[4..];
        MachineOverride? wish = words.Contains("none")
            ? null
            : new MachineOverride
            {
                IsExempt = words.Contains("exempt"),
                IsForced = words.Contains("forced"),
                IsDespiteStop = words.Contains("despite-stop"),
                PinnedVersion = pin,
            };
        RolloutMachine wanted = machine with { Override = wish };
        _rollout.Replace(machine, wanted);
        _machines[id] = wanted;
    }

    private void Take(RolloutChange change)
    {
        _machines[change.Machine.Id] = change.Machine;
        if (change.Standing is { } standing)
            _standing = standing;
        if (change.IsFirstPassed)
            Print("the first machine passed");
        if (change.IsStopped)
            Print($"stopped: {_standing.Stop!.Reason}");
    }

    private void Count()
    {
        RolloutCounts counts = _rollout.Count(_now);
        Print(
            $"{counts.Machines} machines, {counts.InPeriod} in the period, {counts.AtWork} at work, {counts.Waiting} "
            + $"waiting, {counts.Succeeded} succeeded, {counts.Failed} failed, {counts.RolledBack} rolled back");
    }

    private RolloutMachine Find(string id)
    {
        string name = id == "\"\"" ? "" : id;
        if (_machines.TryGetValue(name, out RolloutMachine? machine))
            return machine;
        machine = new RolloutMachine { Id = name };
        _machines.Add(name, machine);
        _rollout.Add(machine);
        return machine;
    }

    private void Rebuild() => _rollout = new GroupRollout(
        _policy, TimeZoneInfo.FindSystemTimeZoneById(_policy.TimeZone), _release, _standing, [.. _machines.Values]);

    private static string Poll(RolloutDecision decision) =>
        decision.PollInterval is { } poll ? $", asks in {DurationText.Format(poll)}" : "";

    private static string Text(DateTimeOffset time) =>
        time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private void Print(string line) => _output.Append(line).Append('\n');
}
