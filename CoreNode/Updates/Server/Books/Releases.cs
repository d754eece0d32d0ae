using System.Globalization;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Shelves;

namespace CoreNode.Updates.Server.Books;

/// <summary>
/// What groups and pinned machines are to run, from catalogue and shelf, and the rollouts made of that. Owned by the
/// ledger.
/// </summary>
internal sealed class Releases(ServerBooks books, Shelf shelf, TimeProvider time)
{
    private static readonly List<RolloutMachine> s_none = [];

    /// <summary>Makes the rollouts of all groups, after a start.</summary>
    public void MakeAll()
    {
        Dictionary<string, List<RolloutMachine>> machines = new(StringComparer.Ordinal);
        foreach (Instance? machine in books.Machines)
        {
            if (machine?.Group is not { } group)
                continue;
            string key = Key(group);
            if (!machines.TryGetValue(key, out List<RolloutMachine>? own))
                machines.Add(key, own = []);
            own.Add(machine.Machine);
        }

        foreach (AppBook app in books.Apps.Values)
        {
            foreach (GroupBook group in app.Groups.Values)
                Make(group, machines.TryGetValue(Key(group), out List<RolloutMachine>? own) ? own : s_none);
        }
    }

    /// <summary>Makes the rollouts anew that are stale.</summary>
    public void MakeStale()
    {
        foreach (AppBook app in books.Apps.Values)
        {
            foreach (GroupBook group in app.Groups.Values)
            {
                if (group.IsStale)
                    Make(group, books.MachinesOf(group));
            }
        }
    }

    /// <summary>
    /// A group's channel leads elsewhere, or it follows another one: a new release begins. To be called whenever that
    /// may be so; nothing happens if the package is the same.
    /// </summary>
    public void Follow(GroupBook group, Changes changes)
    {
        group.IsStale = true;
        changes.Undo(() => group.IsStale = true);
        long package = ChannelOf(group)?.Package ?? 0;
        if (package == group.Package)
            return;
        changes.Touch(group);
        group.Package = package;
        group.Release = books.NextNumber++;
        group.Started = UnixTime.Of(time.GetUtcNow());
        group.Standing = RolloutStanding.Fresh;
    }

    /// <summary>Looks whether releases that are offered may still be, and others may again.</summary>
    public bool LookAgain()
    {
        bool isAny = false;
        foreach (AppBook app in books.Apps.Values)
        {
            foreach (GroupBook group in app.Groups.Values)
            {
                string before = group.Problem;
                Of(group, out string problem);
                // What the time zone lacks is not looked at again till the next start.
                if (problem == before || (problem.Length == 0 && group.Rollout.Release is not null))
                    continue;
                group.IsStale = true;
                isAny = true;
            }
        }

        MakeStale();
        return isAny;
    }

    /// <summary>The way of a pinned machine to its version; null if there is no such package.</summary>
    public RolloutRelease? Pinned(Instance machine, string version)
    {
        CataloguePackage? target = null;
        foreach (CataloguePackage package in books.Catalogue.Packages)
        {
            if (package.App != machine.App.Id || package.Version != version || !Fits(package, machine.Kind.Board))
                continue;
            if (Complaint(package).Length == 0)
                target = package;
        }

        if (target is null)
            return null;
        CatalogueChannel? channel = machine.Group is { } group ? ChannelOf(group) : null;
        return new RolloutRelease
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"pin-{target.Id}"),
            Target = StepTo(target),
            Floors = FloorsBelow(channel, target, out _),
            StartedAt = target.Created,
        };
    }

    /// <summary>True if machines of a board may take a package; who does not say what it is may take any.</summary>
    public static bool Fits(CataloguePackage package, string board) =>
        package.Board.Length == 0 || board.Length == 0 || package.Board == board;

    /// <summary>The channel that a group follows.</summary>
    public CatalogueChannel? ChannelOf(GroupBook group) =>
        books.Catalogue.FindGroup(group.App.Id, group.Id)?.Channel is { } channel
            ? books.Catalogue.FindChannel(channel)
            : null;

    private static string Key(GroupBook group) => group.Number.ToString(CultureInfo.InvariantCulture);

    private static RolloutStep StepTo(CataloguePackage package, string? floorReason = null) => new(
        package.Version,
        package.Id.ToString(CultureInfo.InvariantCulture),
        floorReason is not null,
        floorReason is { Length: > 0 } ? floorReason : null);

    private void Make(GroupBook group, List<RolloutMachine> machines)
    {
        CatalogueGroup record = books.Catalogue.FindGroup(group.App.Id, group.Id)!;
        RolloutRelease? release = Of(group, out string problem);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(record.Policy.TimeZone, out TimeZoneInfo? zone))
        {
            // Nothing is offered rather than something at the wrong hour.
            release = null;
            problem = $"this machine does not know the time zone {record.Policy.TimeZone}: install tzdata";
        }

        group.Problem = problem;
        group.Target = ChannelOf(group)?.Package is { } target ? books.Catalogue.FindPackage(target) : null;
        group.Rollout = new GroupRollout(
            record.Policy, zone ?? TimeZoneInfo.Utc, release, group.Standing, machines);
        group.IsStale = false;
    }

    private RolloutRelease? Of(GroupBook group, out string problem)
    {
        problem = "";
        if (ChannelOf(group) is not { Package: { } number } channel)
            return null;
        CataloguePackage? target = books.Catalogue.FindPackage(number);
        if (target is null)
            return null;
        problem = Complaint(target);
        IReadOnlyList<RolloutStep> floors = FloorsBelow(channel, target, out string floorProblem);
        if (problem.Length == 0)
            problem = floorProblem;
        return problem.Length > 0 ? null : new RolloutRelease
        {
            Id = group.Release.ToString(CultureInfo.InvariantCulture),
            Target = StepTo(target),
            Floors = floors,
            StartedAt = UnixTime.From(group.Started),
        };
    }

    private List<RolloutStep> FloorsBelow(
        CatalogueChannel? channel, CataloguePackage target, out string problem)
    {
        problem = "";
        List<RolloutStep> floors = [];
        foreach (CatalogueFloor floor in channel?.Floors ?? [])
        {
            if (books.Catalogue.FindPackage(floor.Package) is not { } package
                || VersionOrder.Compare(package.Version, target.Version) >= 0)
            {
                continue;
            }

            string complaint = Complaint(package);
            if (problem.Length == 0)
                problem = complaint;
            floors.Add(StepTo(package, floor.Reason));
        }

        return floors;
    }

    // Why machines cannot or must not be offered a package; empty if they may.
    private string Complaint(CataloguePackage package)
    {
        if (package.Expiry is { } expiry && expiry <= time.GetUtcNow())
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"version {package.Version} was signed to be valid till {expiry:yyyy-MM-dd}: machines refuse it");
        }

        if (package.Full is null)
            return $"version {package.Version} has no full payload";
        foreach (CatalogueFile file in package.Files)
        {
            if (!shelf.Has(file))
                return $"{file.Name} of version {package.Version} is not on the server's shelf, or cut: add it again";
        }

        return "";
    }
}
