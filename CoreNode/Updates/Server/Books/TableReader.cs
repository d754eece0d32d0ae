using CoreNode.Database;
using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>
/// Reads everything that is kept in memory from the database, at a start. 100 000 machines take tenths of a second.
/// </summary>
internal sealed class TableReader(DatabaseFile file)
{
    private readonly ServerBooks _books = new();
    private readonly Dictionary<long, AppBook> _apps = [];
    private readonly Dictionary<long, GroupBook> _groups = [];
    private readonly Dictionary<long, MachineOverride> _overrides = [];

    /// <summary>Reads all; the groups' rollouts are still to be made.</summary>
    public ServerBooks Read()
    {
        List<CatalogueApp> apps = ReadApps();
        List<CataloguePackage> packages = ReadPackages();
        List<CatalogueChannel> channels = ReadChannels();
        List<CatalogueGroup> groups = ReadGroups();
        _books.Catalogue = CatalogueOrder.Of(apps, packages, channels, groups, ReadUpstreams());
        ReadStandings();
        ReadTokens();
        ReadOverrides();
        ReadMachines();
        _books.NextNumber = file.ReadNumber("SELECT value FROM setting WHERE name = 'next'");
        _books.NextMachine = file.ReadNumber("SELECT MAX(number) FROM machine") + 1;
        return _books;
    }

    private List<CatalogueApp> ReadApps()
    {
        List<CatalogueApp> apps = [];
        using DatabaseStatement row =
            file.Prepare("SELECT number, id, name, description, default_group, created FROM app");
        while (row.Step())
        {
            AppBook book = new(row.Number(0), row.Text(1));
            _apps.Add(book.Number, book);
            _books.Apps.Add(book.Id, book);
            apps.Add(new CatalogueApp
            {
                Id = book.Id,
                Name = row.Text(2),
                Description = row.Text(3),
                DefaultGroup = row.Text(4),
                Created = UnixTime.From(row.Number(5)),
            });
        }

        return apps;
    }

    private List<CataloguePackage> ReadPackages()
    {
        Dictionary<long, List<CatalogueFile>> files = ReadFiles();
        List<CataloguePackage> packages = [];
        using DatabaseStatement row = file.Prepare(
            "SELECT number, app, version, board, counter, minimum_counter, expiry, description, more_info, origin, "
            + "created FROM package");
        while (row.Step())
        {
            packages.Add(new CataloguePackage
            {
                Id = row.Number(0),
                App = _apps[row.Number(1)].Id,
                Version = row.Text(2),
                Board = row.Text(3),
                Counter = unchecked((ulong)row.Number(4)),
                MinimumCounter = unchecked((ulong)row.Number(5)),
                Expiry = Moment(row, 6),
                Description = row.Text(7),
                MoreInfo = row.Text(8),
                Origin = row.Text(9),
                Created = UnixTime.From(row.Number(10)),
                Files = files.TryGetValue(row.Number(0), out List<CatalogueFile>? own) ? own : [],
            });
        }

        return packages;
    }

    private Dictionary<long, List<CatalogueFile>> ReadFiles()
    {
        Dictionary<long, List<CatalogueFile>> files = [];
        using DatabaseStatement row = file.Prepare(
            "SELECT package, name, kind, sha256, sha1, size, from_version, is_required FROM file "
            + "ORDER BY package, kind, name");
        while (row.Step())
        {
            if (!files.TryGetValue(row.Number(0), out List<CatalogueFile>? own))
                files.Add(row.Number(0), own = []);
            own.Add(new CatalogueFile
            {
                Name = row.Text(1),
                Kind = (CatalogueFileKind)row.Number(2),
                Sha256 = Convert.ToHexStringLower(row.Bytes(3)),
                Sha1 = Convert.ToHexStringLower(row.Bytes(4)),
                Size = row.Number(5),
                FromVersion = row.Text(6),
                IsRequired = row.Number(7) != 0,
            });
        }

        return files;
    }

    private List<CatalogueChannel> ReadChannels()
    {
        Dictionary<long, List<CatalogueFloor>> floors = [];
        using (DatabaseStatement row = file.Prepare("SELECT channel, package, reason FROM floor"))
        {
            while (row.Step())
            {
                if (!floors.TryGetValue(row.Number(0), out List<CatalogueFloor>? own))
                    floors.Add(row.Number(0), own = []);
                own.Add(new CatalogueFloor(row.Number(1), row.Text(2)));
            }
        }

        List<CatalogueChannel> channels = [];
        using DatabaseStatement channel = file.Prepare(
            "SELECT number, app, name, board, package, since, promote_to, soak, max_error_ppm, min_succeeded, "
            + "is_automatic FROM channel");
        while (channel.Step())
        {
            channels.Add(new CatalogueChannel
            {
                Id = channel.Number(0),
                App = _apps[channel.Number(1)].Id,
                Name = channel.Text(2),
                Board = channel.Text(3),
                Package = channel.IsNull(4) ? null : channel.Number(4),
                Since = UnixTime.From(channel.Number(5)),
                Floors = floors.TryGetValue(channel.Number(0), out List<CatalogueFloor>? own) ? own : [],
                Promotion = channel.IsNull(6) ? null : new ChannelPromotion(
                    channel.Number(6),
                    new PromotionRule(
                        TimeSpan.FromSeconds(channel.Number(7)),
                        channel.Number(8) / 1e6,
                        (int)channel.Number(9),
                        channel.Number(10) != 0)),
            });
        }

        return channels;
    }

    private List<CatalogueUpstream> ReadUpstreams()
    {
        List<CatalogueUpstream> upstreams = [];
        using DatabaseStatement row = file.Prepare(
            "SELECT number, channel, url, app, track, board, machine, every, checked, result FROM upstream");
        while (row.Step())
        {
            upstreams.Add(new CatalogueUpstream
            {
                Id = row.Number(0),
                Channel = row.Number(1),
                Url = row.Text(2),
                App = row.Text(3),
                Track = row.Text(4),
                Board = row.Text(5),
                Machine = row.Text(6),
                Every = TimeSpan.FromSeconds(row.Number(7)),
                Checked = Moment(row, 8),
                Result = row.Text(9),
            });
        }

        return upstreams;
    }

    private List<CatalogueGroup> ReadGroups()
    {
        List<CatalogueGroup> groups = [];
        using DatabaseStatement row = file.Prepare(
            "SELECT number, app, id, name, track, description, channel, policy, created FROM machine_group");
        while (row.Step())
        {
            AppBook app = _apps[row.Number(1)];
            GroupBook book = new(row.Number(0), app, row.Text(2));
            _groups.Add(book.Number, book);
            app.Groups.Add(book.Id, book);
            groups.Add(new CatalogueGroup
            {
                Id = book.Id,
                App = app.Id,
                Name = row.Text(3),
                Track = row.Text(4),
                Description = row.Text(5),
                Channel = row.IsNull(6) ? null : row.Number(6),
                Policy = PolicyText.Read(file.Path, row.Text(7)),
                Created = UnixTime.From(row.Number(8)),
            });
        }

        return groups;
    }

    private void ReadStandings()
    {
        using DatabaseStatement row = file.Prepare(
            "SELECT machine_group, release, package, started, paused, pause_note, stopped, stop_reason, stop_failed, "
            + "stop_ended, held_for, round, first_machine, is_first_passed FROM standing");
        while (row.Step())
        {
            GroupBook group = _groups[row.Number(0)];
            group.Release = row.Number(1);
            group.Package = row.Number(2);
            group.Started = row.Number(3);
            group.Standing = new RolloutStanding
            {
                PausedAt = Moment(row, 4),
                PauseNote = row.Text(5),
                Stop = Moment(row, 6) is { } stopped
                    ? new RolloutStop(stopped, row.Text(7), (int)row.Number(8), (int)row.Number(9))
                    : null,
                HeldFor = TimeSpan.FromSeconds(row.Number(10)),
                Round = (int)row.Number(11),
                FirstMachine = row.Text(12),
                IsFirstPassed = row.Number(13) != 0,
            };
        }
    }

    private void ReadTokens()
    {
        List<TokenEntry> tokens = [];
        using DatabaseStatement row =
            file.Prepare("SELECT number, name, role, sha256, created, expires FROM token ORDER BY name");
        while (row.Step())
        {
            AccessToken token = new()
            {
                Id = row.Number(0),
                Name = row.Text(1),
                Role = (AccessRole)row.Number(2),
                Created = UnixTime.From(row.Number(4)),
                Expires = Moment(row, 5),
            };
            tokens.Add(new TokenEntry(token, row.Bytes(3)));
        }

        _books.Tokens = tokens;
    }

    private void ReadOverrides()
    {
        using DatabaseStatement row = file.Prepare(
            "SELECT machine, is_exempt, pinned, is_forced, is_despite_stop, group_id, note FROM override");
        while (row.Step())
        {
            _overrides.Add(row.Number(0), new MachineOverride
            {
                IsExempt = row.Number(1) != 0,
                PinnedVersion = row.IsNull(2) ? null : row.Text(2),
                IsForced = row.Number(3) != 0,
                IsDespiteStop = row.Number(4) != 0,
                GroupId = row.IsNull(5) ? null : row.Text(5),
                Note = row.Text(6),
            });
        }
    }

    private void ReadMachines()
    {
        using DatabaseStatement row = file.Prepare(
            "SELECT machine.number, app, id, machine_group, version, alias, board, oem, oem_version, aleph, "
            + "first_seen, state, since, release, step, granted, outcome, outcome_round, error, events, seen, address "
            + "FROM machine LEFT JOIN sign ON sign.machine = machine.number ORDER BY machine.number");
        while (row.Step())
            _books.Add(ReadMachine(row));
    }

    private Instance ReadMachine(DatabaseStatement row)
    {
        TextPool texts = _books.Texts;
        InstanceKind kind = _books.Kinds.Share(new InstanceKind(
            texts.Share(row.Utf8(6)), texts.Share(row.Utf8(7)), texts.Share(row.Utf8(8)), texts.Share(row.Utf8(9))));
        RolloutMachine value = new()
        {
            Id = row.Text(2),
            Version = texts.Share(row.Utf8(4)),
            State = (RolloutState)row.Number(11),
            Since = UnixTime.From(row.Number(12)),
            ReleaseId = texts.Share(row.Utf8(13)),
            StepVersion = texts.Share(row.Utf8(14)),
            GrantedAt = UnixTime.From(row.Number(15)),
            Outcome = (RolloutOutcome)row.Number(16),
            OutcomeRound = (int)row.Number(17),
            ErrorCode = (uint)row.Number(18),
            Override = _overrides.GetValueOrDefault(row.Number(0)),
        };
        long first = row.Number(10);
        return new Instance(row.Number(0), _apps[row.Number(1)], value, kind, _books.SourceOf(row.Text(21)))
        {
            Group = row.IsNull(3) ? null : _groups.GetValueOrDefault(row.Number(3)),
            Alias = row.Text(5),
            FirstSeen = first,
            LastSeen = row.IsNull(20) ? first : row.Number(20),
            Events = (int)row.Number(19),
        };
    }

    private static DateTimeOffset? Moment(DatabaseStatement row, int column) =>
        row.IsNull(column) ? null : UnixTime.From(row.Number(column));
}
