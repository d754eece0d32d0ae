using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Answers;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>Orders about single machines, carried out by the ledger.</summary>
internal static class MachineOrders
{
    public static MachineView SetOverride(
        OrderDesk desk, Actor who, string idOrName, string machineId, MachineOverride? wanted)
    {
        CatalogueApp app = desk.App(idOrName);
        AppBook book = desk.Book(app);
        MachineOverride? said = Checked(desk, app, wanted);
        if (!book.Machines.TryGetValue(machineId, out Instance? machine))
        {
            if (said is null)
                throw OrderDesk.Missing($"{app.Name} knows no machine {Words.Shown(machineId)}");
            if (machineId.Trim().Length == 0 || machineId.Length > MachineWords.MostId)
                throw OrderDesk.Invalid($"{Words.Shown(machineId)} is no id of a machine");
            machine = desk.Learning.Add(book, machineId, desk.Books.SourceOf(""), desk.Now, desk.Changes);
        }

        desk.Changes.Touch(machine);
        RolloutMachine before = machine.Machine;
        machine.Machine = before with { Override = said };
        machine.Group?.Rollout.Replace(before, machine.Machine);
        desk.Changes.WriteOverride(machine);
        machine.Events++;
        desk.Changes.Add(new HistoryRow(machine, desk.Now, MachineEventKind.Override)
        {
            Version = before.Version,
            Other = Words.Line(Told(said)),
            State = (int)before.State,
        });
        desk.Audit(who, "machine.override", $"{app.Name}/{machineId}", Told(said));
        return MachineQueries.View(desk, machine);
    }

    public static MachineView Forget(OrderDesk desk, Actor who, string idOrName, string machineId)
    {
        CatalogueApp app = desk.App(idOrName);
        Instance machine = desk.Machine(app, machineId);
        MachineView view = MachineQueries.View(desk, machine);
        desk.Learning.Forget(machine, desk.Changes);
        desk.Audit(who, "machine.forget", $"{app.Name}/{machineId}", $"version {view.Version}");
        return view;
    }

    private static MachineOverride? Checked(OrderDesk desk, CatalogueApp app, MachineOverride? wanted)
    {
        if (wanted is null)
            return null;
        string? pinned = wanted.PinnedVersion is { Length: > 0 } version ? version : null;
        if (pinned?.Length > MachineWords.MostVersion)
            throw OrderDesk.Invalid($"{Words.Shown(pinned)} is no version");
        MachineOverride said = wanted with
        {
            PinnedVersion = pinned,
            GroupId = wanted.GroupId is { Length: > 0 } group ? desk.Group(app, group).Id : null,
            Note = Words.Text("the note", wanted.Note),
        };
        bool isAny = said.IsExempt || said.IsForced || said.IsDespiteStop || said.PinnedVersion is not null
            || said.GroupId is not null;
        return isAny ? said : null;
    }

    private static string Told(MachineOverride? said)
    {
        if (said is null)
            return "nothing any more";
        List<string> words = [];
        if (said.IsExempt)
            words.Add("exempt");
        if (said.IsForced)
            words.Add("forced");
        if (said.IsDespiteStop)
            words.Add("despite a stop");
        if (said.PinnedVersion is { } version)
            words.Add($"version {version}");
        if (said.GroupId is { } group)
            words.Add($"group {group}");
        if (said.Note.Length > 0)
            words.Add(said.Note);
        return string.Join(", ", words);
    }
}
