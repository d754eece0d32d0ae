using CoreNode.Database;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>Questions about groups, answered by the ledger.</summary>
internal static class GroupQueries
{
    /// <summary>How rollouts stand; of all groups where the names are empty.</summary>
    public static IReadOnlyList<GroupStanding> Standings(OrderDesk desk, string idOrName, string groupName)
    {
        CatalogueApp? only = idOrName.Length > 0 ? desk.App(idOrName) : null;
        CatalogueGroup? one = only is not null && groupName.Length > 0 ? desk.Group(only, groupName) : null;
        List<GroupStanding> standings = [];
        Dictionary<GroupBook, GroupCounts> counts = Count(desk);
        foreach (CatalogueGroup group in desk.Books.Catalogue.Groups)
        {
            if ((only is not null && group.App != only.Id) || (one is not null && group.Id != one.Id))
                continue;
            GroupBook book = desk.Book(group);
            standings.Add(Standing(desk, book, counts.GetValueOrDefault(book) ?? new GroupCounts()));
        }

        return standings;
    }

    /// <summary>How one group's rollout stands.</summary>
    public static GroupStanding Standing(OrderDesk desk, GroupBook book) =>
        Standing(desk, book, Count(desk).GetValueOrDefault(book) ?? new GroupCounts());

    /// <summary>Notes which versions run now, for charts.</summary>
    public static void Sample(OrderDesk desk)
    {
        long now = desk.Now;
        foreach ((GroupBook book, GroupCounts counts) in Count(desk))
        {
            List<VersionCount> versions = counts.Versions();
            long number = book.Number;
            desk.Changes.Write(tables =>
            {
                foreach (VersionCount version in versions)
                {
                    tables.Run(
                        "INSERT OR REPLACE INTO sample VALUES (?1, ?2, ?3, ?4)",
                        number, now, version.Version, (long)version.Machines);
                }
            });
        }
    }

    /// <summary>Versions over time.</summary>
    public static IReadOnlyList<VersionSample> Samples(
        OrderDesk desk, DatabaseFile file, string idOrName, string groupName, DateTimeOffset from)
    {
        GroupBook book = desk.Book(desk.Group(desk.App(idOrName), groupName));
        List<VersionSample> samples = [];
        List<VersionCount> versions = [];
        long at = 0;
        using DatabaseStatement row = file.Prepare(
            "SELECT at, version, machines FROM sample WHERE machine_group = ?1 AND at >= ?2 "
            + "ORDER BY at, machines DESC");
        row.Bind(1, book.Number).Bind(2, UnixTime.Of(from));
        while (row.Step())
        {
            if (row.Number(0) != at && versions.Count > 0)
            {
                samples.Add(new VersionSample(UnixTime.From(at), versions));
                versions = [];
            }

            at = row.Number(0);
            versions.Add(new VersionCount(row.Text(1), (int)row.Number(2)));
        }

        if (versions.Count > 0)
            samples.Add(new VersionSample(UnixTime.From(at), versions));
        return samples;
    }

    private static GroupStanding Standing(OrderDesk desk, GroupBook book, GroupCounts counts)
    {
        (double percent, DateTimeOffset? next) = book.Rollout.Wave(desk.Moment);
        return new GroupStanding
        {
            App = book.App.Id,
            Group = book.Id,
            Release = book.Rollout.Release,
            Problem = book.Problem,
            Standing = book.Rollout.Standing,
            Counts = book.Rollout.Count(desk.Moment),
            UpToDate = counts.UpToDate,
            KeptOut = counts.KeptOut,
            WavePercent = percent,
            NextWave = next,
            ByState = counts.States(),
            ByVersion = counts.Versions(),
        };
    }

    private static Dictionary<GroupBook, GroupCounts> Count(OrderDesk desk)
    {
        Dictionary<GroupBook, GroupCounts> counts = [];
        foreach (Instance? machine in desk.Books.Machines)
        {
            if (machine?.Group is not { } group)
                continue;
            if (!counts.TryGetValue(group, out GroupCounts? own))
                counts.Add(group, own = new GroupCounts());
            RolloutMachine value = machine.Machine;
            // What has stalled is shown as that; asking costs more than looking at the state.
            own.Add(
                value.IsAtWork ? group.Rollout.Aged(value, desk.Moment).State : value.State, value.Version,
                group.Rollout.IsUpToDate(value.Version), group.Rollout.IsKeptOut(value));
        }

        return counts;
    }
}
