using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Answers;
using CoreNode.Updates.Server.Books;
using CoreNode.Updates.Server.Orders;
using CoreNode.Updates.Server.Shelves;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>
/// What the ledger does by the clock: signs of life written, machines that vanished forgotten, old history dropped,
/// versions counted for charts, packages promoted by rule. Owned by the ledger.
/// </summary>
internal sealed class Upkeep(
    ServerBooks books,
    OmahaDesk omaha,
    Shelf shelf,
    UpdateServerOptions options,
    ServerCounters counters,
    ILogger log)
{
    private const int SignsAtOnce = 2000;
    private const int MostForgotten = 500;
    private const long MinuteSeconds = 60;
    private const long HourSeconds = 3600;
    private const long DaySeconds = 24 * HourSeconds;

    private readonly List<Instance> _writing = [];
    private long _lastLook;
    private long _backSince;
    private long _nextSigns;
    private long _nextMinute;
    private long _nextSample;
    private long _gaveWay;
    private long _refused;
    private int _left;

    /// <summary>Signs of life are being written, a part at a time.</summary>
    public bool HasMore => _left > 0;

    /// <summary>Writes a part of the signs, or all of them.</summary>
    public void WriteSigns(Tables tables, bool all)
    {
        List<Instance> signs = omaha.Signs;
        int count = all ? signs.Count : Math.Min(Math.Min(SignsAtOnce, _left), signs.Count);
        _writing.Clear();
        for (int i = 0; i < count; i++)
        {
            if (signs[i].IsSignNew)
                _writing.Add(signs[i]);
        }

        if (_writing.Count > 0)
            tables.WriteSigns(_writing);
        foreach (Instance machine in _writing)
            machine.IsSignNew = false;
        signs.RemoveRange(0, count);
        _left = Math.Min(_left - count, signs.Count);
    }

    /// <summary>The next thing that is due; null for nothing.</summary>
    public LedgerCall? NextDuty(OrderDesk desk)
    {
        long now = desk.Now;
        long signs = Math.Max(1, (long)options.SignsOfLife.TotalSeconds);
        if (IsDue(ref _nextSigns, now + signs, now, signs))
            _left = omaha.Signs.Count;

        // At full hours, whatever the time of the start.
        bool isFirst = _nextSample == 0;
        if (IsDue(ref _nextSample, ((now / HourSeconds) + 1) * HourSeconds, now, HourSeconds) && !isFirst)
            return new LedgerOrder<ServerBooks>(isQuestion: false, Sample);
        return IsDue(ref _nextMinute, now + MinuteSeconds, now, MinuteSeconds)
            ? new LedgerOrder<ServerBooks>(isQuestion: false, EachMinute)
            : null;
    }

    /// <summary>What is done before the end.</summary>
    public static LedgerCall LastWords() => new LedgerOrder<OrderDesk>(isQuestion: true, static desk => desk);

    // What lies further ahead than it can was noted by a clock that was put back since.
    private static bool IsDue(ref long next, long then, long now, long period)
    {
        if (now < next && next - now <= period)
            return false;
        next = then;
        return true;
    }

    private ServerBooks Sample(OrderDesk desk)
    {
        GroupQueries.Sample(desk);
        return books;
    }

    private ServerBooks EachMinute(OrderDesk desk)
    {
        desk.Releases.LookAgain();
        Forget(desk);
        Prune(desk);
        Promote(desk);
        Sweep();
        Report();
        return books;
    }

    private void Forget(OrderDesk desk)
    {
        NoteAbsence(desk.Now);
        List<Instance> vanished = [];
        long alone = desk.Now - (long)options.ForgetAfter.TotalSeconds;
        foreach (Instance? machine in books.Machines)
        {
            if (machine is null || machine.Machine.Override is not null || !IsHeard(machine, desk.Now))
                continue;
            bool isVanished = machine.Group is { } group
                ? group.Rollout.IsVanished(machine.Machine, UnixTime.From(machine.LastSeen), desk.Moment)
                : machine.LastSeen < alone;
            if (isVanished)
                vanished.Add(machine);
            if (vanished.Count == MostForgotten)
                break;
        }

        foreach (Instance machine in vanished)
            desk.Learning.Forget(machine, desk.Changes);
        counters.Vanished.Add(vanished.Count);
        if (vanished.Count > 0)
            ServerLog.Vanished(log, vanished.Count);
    }

    // While the server is down or asleep it hears nobody, and a clock that is put ahead makes everybody silent. It was
    // not away if some machine was heard shortly before a start.
    private void NoteAbsence(long now)
    {
        if (_lastLook == 0)
        {
            foreach (Instance? machine in books.Machines)
                _lastLook = Math.Max(_lastLook, machine?.LastSeen ?? 0);
        }

        if (now < _lastLook || now - _lastLook > HourSeconds)
            _backSince = now;
        _lastLook = now;
    }

    // Who lives has come back by then, or would have been silent for so long anyway.
    private bool IsHeard(Instance machine, long now)
    {
        RolloutPolicy? policy = machine.Group?.Rollout.Policy;
        long poll = 2 * (long)(policy?.PollInterval ?? TimeSpan.Zero).TotalSeconds;
        TimeSpan forget = (policy is null ? options.ForgetAfter : policy.ForgetAfter) ?? TimeSpan.Zero;
        return now - _backSince >= Math.Min((long)forget.TotalSeconds, Math.Max(DaySeconds, poll));
    }

    // A part at a time, so that no batch takes long.
    private void Prune(OrderDesk desk)
    {
        long history = desk.Now - (long)options.KeepHistory.TotalSeconds;
        long audit = desk.Now - (long)options.KeepAudit.TotalSeconds;
        desk.Changes.Write(tables =>
        {
            tables.Run(
                "DELETE FROM history WHERE number IN (SELECT number FROM history ORDER BY number LIMIT 1000) "
                + "AND at < ?1",
                history);
            tables.Run(
                "DELETE FROM sample WHERE (machine_group, at, version) IN "
                + "(SELECT machine_group, at, version FROM sample WHERE at < ?1 LIMIT 1000)",
                history);
            tables.Run(
                "DELETE FROM audit WHERE number IN (SELECT number FROM audit ORDER BY number LIMIT 1000) AND at < ?1",
                audit);
        });
    }

    private void Promote(OrderDesk desk)
    {
        foreach (CatalogueChannel channel in books.Catalogue.Channels)
        {
            if (channel is not { Promotion: { Rule.IsAutomatic: true } promotion, Package: { } package }
                || desk.Channel(promotion.To).Package == package
                || ChannelOrders.Judge(desk, channel) is not { IsReady: true } verdict)
                continue;
            // Newer than what is there, or somebody who sent an older one there would have it taken back each minute.
            CatalogueChannel to = desk.Channel(promotion.To);
            if (to.Package is not null && to.Since >= channel.Since)
                continue;
            ChannelOrders.Promote(desk, Actor.Server, channel.Id, promotion.To, isForced: false);
            ServerLog.Promoted(log, channel.Name, to.Name, verdict.Text);
        }
    }

    private void Sweep()
    {
        HashSet<string> needed = new(StringComparer.Ordinal);
        foreach (CataloguePackage package in books.Catalogue.Packages)
        {
            foreach (CatalogueFile file in package.Files)
                needed.Add(file.Sha256);
        }

        int swept = shelf.Sweep(needed);
        if (swept > 0)
            ServerLog.Swept(log, swept);
    }

    private void Report()
    {
        long gaveWay = counters.GaveWay.Value;
        long refused = counters.NotLearnedByApp.Value + counters.NotLearnedByAddress.Value;
        if (gaveWay > _gaveWay || refused > _refused)
            ServerLog.Crowded(log, gaveWay - _gaveWay, refused - _refused);
        _gaveWay = gaveWay;
        _refused = refused;
    }
}
