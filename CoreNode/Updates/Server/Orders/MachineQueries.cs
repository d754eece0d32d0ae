using System.Globalization;
using CoreNode.Database;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Answers;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>Questions about machines, answered by the ledger from memory, and from the database for history.</summary>
internal static class MachineQueries
{
    private const int MostEvents = 1000;

    /// <summary>Machines that a query finds, in the order in which they became known.</summary>
    public static MachinePage List(OrderDesk desk, MachineQuery query)
    {
        string app = query.App.Length > 0 ? desk.App(query.App).Id : "";
        int count = Math.Clamp(query.Count, 1, MachineQuery.MostAtOnce);
        long after = long.TryParse(query.After, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : 0;
        List<MachineView> found = [];
        string next = "";
        int total = 0;
        Instance? last = null;
        foreach (Instance? machine in desk.Books.Machines)
        {
            if (machine is null || !Matches(desk, machine, app, query))
                continue;
            total++;
            if (machine.Number <= after)
                continue;
            if (found.Count < count)
            {
                found.Add(View(desk, machine));
                last = machine;
            }
            else if (next.Length == 0)
            {
                next = last!.Number.ToString(CultureInfo.InvariantCulture);
            }
        }

        return new MachinePage(found, next, total);
    }

    /// <summary>One machine.</summary>
    public static MachineAnswer Get(OrderDesk desk, string app, string machine)
    {
        AppBook book = desk.Book(desk.App(app));
        return new MachineAnswer(
            book.Machines.TryGetValue(machine, out Instance? found) ? View(desk, found) : null);
    }

    /// <summary>What is known of a machine, with what it would be told now.</summary>
    public static MachineView View(OrderDesk desk, Instance machine)
    {
        GroupBook? group = machine.Group;
        RolloutMachine value = group?.Rollout.Aged(machine.Machine, desk.Moment) ?? machine.Machine;
        (OmahaHold? hold, bool isNext) = Outlook(desk, machine);
        return new MachineView
        {
            App = machine.App.Id,
            Machine = value.Id,
            Alias = machine.Alias,
            Group = group?.Id ?? "",
            Version = value.Version,
            Board = machine.Kind.Board,
            Oem = machine.Kind.Oem,
            OemVersion = machine.Kind.OemVersion,
            AlephVersion = machine.Kind.Aleph,
            Address = machine.Source.Text,
            State = value.State,
            Since = value.Since,
            Target = value.StepVersion,
            Granted = value.GrantedAt,
            Outcome = value.Outcome,
            ErrorCode = value.ErrorCode,
            FirstSeen = UnixTime.From(machine.FirstSeen),
            LastSeen = UnixTime.From(machine.LastSeen),
            Override = value.Override,
            Hold = hold,
            IsNext = isNext,
        };
    }

    /// <summary>Lines of history, newest first.</summary>
    public static IReadOnlyList<MachineEvent> History(
        OrderDesk desk, DatabaseFile file, string app, string machine, long before, int count)
    {
        Instance found = desk.Machine(desk.App(app), machine);
        List<MachineEvent> events = [];
        using DatabaseStatement row = file.Prepare(
            "SELECT number, at, kind, type, result, error, version, other, state FROM history "
            + "WHERE machine = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3");
        row.Bind(1, found.Number).Bind(2, before > 0 ? before : long.MaxValue)
            .Bind(3, Math.Clamp(count, 1, MostEvents));
        while (row.Step())
        {
            events.Add(new MachineEvent
            {
                Number = row.Number(0),
                At = UnixTime.From(row.Number(1)),
                Kind = (MachineEventKind)row.Number(2),
                Type = (OmahaEventType)row.Number(3),
                Result = (OmahaEventResult)row.Number(4),
                ErrorCode = (uint)row.Number(5),
                Version = row.Text(6),
                Other = row.Text(7),
                State = (RolloutState)row.Number(8),
            });
        }

        return events;
    }

    private static (OmahaHold? Hold, bool IsNext) Outlook(OrderDesk desk, Instance machine)
    {
        if (machine.Group is not { } group || machine.Machine.Version.Length == 0
            || machine.Machine.State == RolloutState.Installed)
            return (null, false);
        if (Offers.Obstacle(machine, machine.Machine.Version) is { } obstacle)
            return (obstacle, false);
        RolloutRelease? pinned = machine.Machine.Override?.PinnedVersion is { } pin
            ? desk.Releases.Pinned(machine, pin)
            : null;
        RolloutDecision decision = group.Rollout.Decide(
            machine.Machine, new RolloutAsk { Version = machine.Machine.Version }, desk.Moment, pinned);
        return decision switch
        {
            RolloutDecision.Hold held => (
                Offers.NotOffered(held, group, machine.Machine.Version).Hold, false),
            RolloutDecision.Offer => (null, true),
            _ => (null, false),
        };
    }

    private static bool Matches(OrderDesk desk, Instance machine, string app, MachineQuery query)
    {
        RolloutMachine value = machine.Machine;
        if (app.Length > 0 && machine.App.Id != app)
            return false;
        if (query.Group.Length > 0 && machine.Group?.Id != query.Group)
            return false;
        if (query.Version.Length > 0 && value.Version != query.Version)
            return false;
        if (query.SilentSince is { } since && machine.LastSeen >= UnixTime.Of(since))
            return false;
        if (query.State is { } state
            && (machine.Group?.Rollout.Aged(value, desk.Moment) ?? value).State != state)
            return false;
        return query.Text.Length == 0
            || value.Id.Contains(query.Text, StringComparison.OrdinalIgnoreCase)
            || machine.Alias.Contains(query.Text, StringComparison.OrdinalIgnoreCase)
            || machine.Source.Text.Contains(query.Text, StringComparison.OrdinalIgnoreCase);
    }
}
