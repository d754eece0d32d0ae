using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Answers;

/// <summary>
/// Answers machines: what they say of themselves is noted, their events are applied in order, then their question is
/// decided by their group's rollout. An update that is held back is "noupdate" with the reason, never an error. Where
/// the server cannot write, only what changes nothing is answered. Owned by the ledger.
/// </summary>
internal sealed class OmahaDesk(
    ServerBooks books, Releases releases, Learning learning, Offers offers, ServerCounters counters)
{
    private readonly GroupFinder _finder = new(books);

    /// <summary>Machines whose last sign is not written yet, in its order; whoever writes it removes it.</summary>
    public List<Instance> Signs { get; } = [];

    /// <summary>Answers about one application of a request.</summary>
    public OmahaAppAnswer Answer(
        OmahaRequest request, OmahaApp said, OmahaSetting setting, Changes changes)
    {
        string id = AppId.Bare(said.Id);
        if (!books.Apps.TryGetValue(id, out AppBook? app))
            return Refuse(said, AppStatus.UnknownApplication);
        string version = said.Version?.Trim() ?? "";
        if (version.Length is 0 or > MachineWords.MostVersion)
            return Refuse(said, AppStatus.InvalidVersion);
        version = books.Texts.Share(version);
        string machineId = MachineWords.IdOf(request, said);
        if (machineId.Length is 0 or > MachineWords.MostId)
            return Refuse(said, AppStatus.NotRegistered);
        Instance? machine = app.Machines.GetValueOrDefault(machineId);
        if (GroupOf(app, machine, said) is not { } group)
            return Refuse(said, AppStatus.UnknownGroup);
        if (setting.IsReadOnly)
            return AnswerReading(request, said, setting, machine, group, version);
        machine ??= learning.Learn(app, machineId, setting.Source, setting.Now, changes);
        if (machine is null)
            return Refuse(said, AppStatus.NotRegistered);
        Note(machine, said, setting);
        Describe(machine, group, said, setting.Now, changes);
        foreach (OmahaEvent told in said.Events)
            Apply(machine, told, version, setting, changes);
        OmahaUpdateAnswer? answer = null;
        if (said.UpdateCheck is { } check)
            answer = Check(request, said, check, machine, version, setting, changes);
        else
            NoteVersion(machine, version, setting, changes);
        return Accepted(said, answer);
    }

    private GroupBook? GroupOf(AppBook app, Instance? machine, OmahaApp said)
    {
        if (machine?.Machine.Override?.GroupId is { Length: > 0 } wanted
            && app.Groups.TryGetValue(wanted, out GroupBook? chosen))
            return chosen;
        if (said.Track is null && machine?.Group is { } group)
            return group;
        return _finder.Find(app, said.Track?.Trim() ?? "", said.Board ?? machine?.Kind.Board ?? "");
    }

    // A sign of life is not worth a write of its own.
    private void Note(Instance machine, OmahaApp said, OmahaSetting setting)
    {
        machine.LastSeen = setting.Now;
        if (machine.Source.Text != setting.Source.Text)
            books.Move(machine, books.SourceOf(setting.Source.Text));
        if (said.Ping is not null)
            counters.Pings.Increment();
        if (machine.IsSignNew)
            return;
        machine.IsSignNew = true;
        Signs.Add(machine);
    }

    // What it does not say is as it was.
    private void Describe(Instance machine, GroupBook group, OmahaApp said, long now, Changes changes)
    {
        InstanceKind kind = machine.Kind;
        string board = MachineWords.Word(said.Board ?? kind.Board);
        string oem = MachineWords.Word(said.Oem ?? kind.Oem);
        string oemVersion = MachineWords.Word(said.OemVersion ?? kind.OemVersion);
        string aleph = MachineWords.Word(said.AlephVersion ?? kind.Aleph);
        if (kind.Board != board || kind.Oem != oem || kind.OemVersion != oemVersion || kind.Aleph != aleph)
        {
            changes.Touch(machine);
            machine.Kind = books.Kinds.Share(new InstanceKind(board, oem, oemVersion, aleph));
        }

        string alias = MachineWords.Alias(said.MachineAlias ?? machine.Alias);
        if (machine.Alias != alias)
        {
            changes.Touch(machine);
            machine.Alias = alias;
        }

        if (machine.Group != group)
            MoveTo(machine, group, now, changes);
    }

    private static void MoveTo(Instance machine, GroupBook group, long now, Changes changes)
    {
        changes.Touch(machine);
        bool isNew = machine.Group is null;
        machine.Group?.Rollout.Remove(machine.Machine);
        machine.Group = group;
        group.Rollout.Add(machine.Machine);
        if (isNew)
            return;
        machine.Events++;
        changes.Add(new HistoryRow(machine, now, MachineEventKind.Group)
        {
            Version = machine.Machine.Version,
            Other = group.Id,
            State = (int)machine.Machine.State,
        });
    }

    private void Apply(
        Instance machine, OmahaEvent told, string version, OmahaSetting setting, Changes changes)
    {
        counters.CountEvent(told);
        if (Told.IsRoutine(told))
            return;
        RolloutEvent meaning = RolloutEvents.Of(told);
        if (meaning.Kind != RolloutEventKind.None)
            Take(machine, machine.Group!.Rollout.On(machine.Machine, meaning, setting.Moment), setting, changes);

        // Who is in backoff tells so with each check: once is enough.
        int hash = HashCode.Combine(
            (int)told.Type, (int)told.Result, told.ErrorCode, told.PreviousVersion, told.NextVersion, version);
        hash = hash == 0 ? 1 : hash;
        if (hash == machine.LastTold)
            return;
        changes.Touch(machine);
        machine.LastTold = hash;
        machine.Events++;
        changes.Add(new HistoryRow(machine, setting.Now, MachineEventKind.Told)
        {
            Type = (int)told.Type,
            Result = (int)told.Result,
            ErrorCode = told.ErrorCode ?? 0,
            Version = version,
            Other = MachineWords.Word(told.PreviousVersion),
            State = (int)machine.Machine.State,
        });
    }

    private OmahaUpdateAnswer Check(
        OmahaRequest request, OmahaApp said, OmahaUpdateCheck check, Instance machine, string version,
        OmahaSetting setting, Changes changes)
    {
        RolloutMachine before = machine.Machine;
        GroupBook group = machine.Group!;
        if (Offers.Obstacle(machine, version) is { } hold)
        {
            NoteVersion(machine, version, setting, changes);
            return Answered(Offers.Held(hold, group.Rollout.Policy.PollInterval));
        }

        RolloutAsk ask = AskOf(request, said, check, version);
        RolloutRelease? pinned = before.Override?.PinnedVersion is { } pin ? releases.Pinned(machine, pin) : null;
        (RolloutDecision decision, RolloutChange change) =
            group.Rollout.Check(before, ask, setting.Moment, pinned);
        Take(machine, change, setting, changes);
        RecordVersion(machine, before, setting.Now, changes);
        if (decision is RolloutDecision.Offer offer)
        {
            if (offer.IsNew)
                RecordGrant(machine, offer, setting.Now, changes);
            return Answered(offers.Offered(offer, said, version, setting.BaseUrl));
        }

        return Answered(Offers.NotOffered(decision, group, version));
    }

    private OmahaUpdateAnswer Answered(OmahaUpdateAnswer answer)
    {
        counters.CountAnswer(answer);
        return answer;
    }

    private static RolloutAsk AskOf(
        OmahaRequest request, OmahaApp said, OmahaUpdateCheck check, string version) => new()
        {
            Version = version,
            IsOnDemand = request.InstallSource == OmahaRequest.OnDemand,
            TakesSteps = said.MultiManifestOkay,
            VersionPrefix = check.TargetVersionPrefix is { Length: > 0 } prefix ? prefix : null,
        };

    // A ping or an event tells the version, too; what it means for the rollout is seen with the next check.
    private static void NoteVersion(Instance machine, string version, OmahaSetting setting, Changes changes)
    {
        if (machine.Machine.Version == version)
            return;
        RolloutMachine before = machine.Machine;
        RolloutMachine after = before with { Version = version };
        changes.Touch(machine);
        machine.Group!.Rollout.Replace(before, after);
        machine.Machine = after;
        RecordVersion(machine, before, setting.Now, changes);
    }

    private void Take(Instance machine, RolloutChange change, OmahaSetting setting, Changes changes)
    {
        if (change.Standing is { } standing)
        {
            changes.Touch(machine.Group!);
            machine.Group!.Standing = standing;
            if (change.IsStopped)
                NoteStop(machine.Group, standing, setting.Now, changes);
        }

        if (ReferenceEquals(change.Machine, machine.Machine))
            return;
        changes.Touch(machine);
        bool isOther = !Equals(change.Machine.Override, machine.Machine.Override);
        machine.Machine = change.Machine;
        if (isOther)
            changes.WriteOverride(machine);
    }

    private void NoteStop(GroupBook group, RolloutStanding standing, long now, Changes changes)
    {
        counters.Stops.Increment();
        string subject = $"{group.App.Id}/{group.Id}";
        string reason = standing.Stop?.Reason ?? "";
        changes.Write(tables => tables.WriteAudit(now, Actor.Server, "group.stop", subject, reason));
    }

    private static void RecordVersion(Instance machine, RolloutMachine before, long now, Changes changes)
    {
        string version = machine.Machine.Version;
        if (version == before.Version || before.Version.Length == 0)
            return;
        machine.Events++;
        changes.Add(new HistoryRow(machine, now, MachineEventKind.Version)
        {
            Version = version,
            Other = before.Version,
            State = (int)machine.Machine.State,
        });
    }

    private static void RecordGrant(Instance machine, RolloutDecision.Offer offer, long now, Changes changes)
    {
        machine.Events++;
        changes.Add(new HistoryRow(machine, now, MachineEventKind.Granted)
        {
            Type = (int)offer.Why,
            Version = machine.Machine.Version,
            Other = offer.Steps[0].Version,
            State = (int)machine.Machine.State,
        });
    }

    // The disk takes nothing: what would have to be kept is refused, everything else goes on.
    private OmahaAppAnswer AnswerReading(
        OmahaRequest request, OmahaApp said, OmahaSetting setting, Instance? machine, GroupBook group, string version)
    {
        bool isKnown = machine is not null && machine.Group == group && machine.Machine.Version == version;
        foreach (OmahaEvent told in said.Events)
            isKnown &= Told.IsRoutine(told);
        if (!isKnown)
            return Refuse(said, AppStatus.Internal);
        Note(machine!, said, setting);
        if (said.UpdateCheck is not { } check)
            return Accepted(said, null);
        if (Offers.Obstacle(machine!, version) is { } hold)
            return Accepted(said, Answered(Offers.Held(hold, group.Rollout.Policy.PollInterval)));
        RolloutRelease? pinned =
            machine!.Machine.Override?.PinnedVersion is { } pin ? releases.Pinned(machine, pin) : null;
        RolloutDecision decision = group.Rollout.Decide(
            machine.Machine, AskOf(request, said, check, version), setting.Moment, pinned);
        if (decision is not RolloutDecision.Offer offer)
            return Accepted(said, Answered(Offers.NotOffered(decision, group, version)));
        // What it was granted already it may have again.
        return offer.IsNew
            ? Refuse(said, AppStatus.Internal)
            : Accepted(said, Answered(offers.Offered(offer, said, version, setting.BaseUrl)));
    }

    private static OmahaAppAnswer Accepted(OmahaApp said, OmahaUpdateAnswer? answer)
    {
        string[] events = said.Events.Count == 0 ? [] : new string[said.Events.Count];
        Array.Fill(events, AppStatus.Ok);
        return new OmahaAppAnswer
        {
            Id = said.Id,
            Status = AppStatus.Ok,
            PingStatus = said.Ping is null ? null : AppStatus.Ok,
            UpdateCheck = answer,
            EventStatuses = events,
        };
    }

    private OmahaAppAnswer Refuse(OmahaApp said, string status)
    {
        counters.CountRefusal(status);
        return Refused(said, status);
    }

    /// <summary>A refusal, in Omaha's own words.</summary>
    public static OmahaAppAnswer Refused(OmahaApp said, string status) => new() { Id = said.Id, Status = status };
}
