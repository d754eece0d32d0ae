using CoreNode.Database;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Answers;
using CoreNode.Updates.Server.Books;
using CoreNode.Updates.Server.Keeping;
using CoreNode.Updates.Server.Orders;
using CoreNode.Updates.Server.Shelves;

namespace CoreNode.Updates.Server;

/// <summary>
/// The organisation's own update server, without HTTP: it knows applications, packages, channels, groups and machines,
/// answers machines in Omaha and keeps the payloads. Everything that it knows is in memory and in one database file;
/// one thread owns both (<see cref="Ledger"/>). It never holds a private key: what it offers was signed elsewhere and
/// verified when it came in, and machines verify it again.
/// </summary>
public sealed class UpdateServer : IUpdateServer, IDisposable
{
    private const string DatabaseName = "server.db";
    private const string ShelfName = "payloads";
    private const string LockName = "lock";

    private readonly TimeProvider _time;
    private readonly IDisposable _lock;
    private readonly Shelf _shelf;
    private readonly Ledger _ledger;
    private readonly OmahaService _omaha;
    private readonly Transfers _transfers;
    private readonly UpstreamSync _sync;
    private readonly DateTimeOffset _started;

    private UpdateServer(
        UpdateServerOptions options, UpdateServerTools tools, IDisposable folderLock, Shelf shelf, ServerBooks books,
        Tables tables)
    {
        _time = tools.Time;
        _lock = folderLock;
        _shelf = shelf;
        _started = tools.Time.GetUtcNow();
        ServerCounters counters = new(tools.Metrics);
        Changes changes = new();
        Releases releases = new(books, shelf, tools.Time);
        releases.MakeAll();
        Learning learning = new(books, options, counters);
        Offers offers = new(books);
        OmahaDesk desk = new(books, releases, learning, offers, counters);
        _ledger = new Ledger(
            tables,
            new OrderDesk(books, changes, releases, learning),
            new Upkeep(books, desk, shelf, options, counters, tools.Log),
            counters,
            tools.Time,
            tools.Log,
            options.MaxWaiting);
        _omaha = new OmahaService(_ledger, desk, counters, tools.Time, tools.Log, options.Name);
        _transfers = new Transfers(
            _ledger, shelf, new Intake(shelf, tools.Trust), tools.Files, Path.Combine(options.Folder, DatabaseName));
        _sync = new UpstreamSync(tools.Upstream, _ledger, _transfers, tools.Time, tools.Log);
        Register(tools.Metrics);
    }

    /// <inheritdoc/>
    public Catalogue Catalogue => _ledger.Published.Catalogue;

    /// <inheritdoc/>
    public long Pulse => _ledger.Pulse.Current;

    /// <summary>
    /// Ends when the server has; with a fault when its database failed: then the process must end, for nothing is
    /// acknowledged any more.
    /// </summary>
    public Task Ended => _ledger.Ended;

    /// <inheritdoc/>
    public IReadOnlyList<AccessToken> Tokens
    {
        get
        {
            List<AccessToken> tokens = [];
            foreach (TokenEntry entry in _ledger.Published.Tokens)
                tokens.Add(entry.Token);
            return tokens;
        }
    }

    /// <summary>Opens the folder of a server, makes it if it is not there, and begins to serve.</summary>
    /// <exception cref="IOException">
    /// Another process has it, or the database cannot be opened, is damaged or of a newer version.
    /// </exception>
    public static UpdateServer Open(UpdateServerOptions options, UpdateServerTools tools)
    {
        long begin = tools.Time.GetTimestamp();
        IDisposable folderLock = Lock(options.Folder, tools.Files);
        DatabaseFile? file = null;
        try
        {
            Restoring.Finish(tools.Files, options.Folder, DatabaseName);
            Shelf shelf = Shelf.Open(
                tools.Files, Path.Combine(options.Folder, ShelfName), options.MaxFileBytes);
            file = DatabaseFile.Open(Path.Combine(options.Folder, DatabaseName), DatabaseMode.Create);
            int before = Schema.Prepare(file);
            file.Limit(options.MaxDatabaseBytes);
            tools.Files.SyncFolder(options.Folder);
            if (before is not 0 && before != Schema.Newest)
                ServerLog.Migrated(tools.Log, before, Schema.Newest);
            ServerBooks books = new TableReader(file).Read();
            UpdateServer server = new(
                options, tools, folderLock, shelf, books, new Tables(file, options.MaxHistoryPerMachine));
            ServerLog.Opened(
                tools.Log, books.MachineCount, books.Catalogue.Packages.Count,
                (long)tools.Time.GetElapsedTime(begin).TotalMilliseconds);
            server._ledger.Start();
            return server;
        }
        catch
        {
            file?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Puts a backup in the place of what is in a folder. Refused while a server has the folder.</summary>
    /// <param name="folder">The server's folder; it is made if it is not there.</param>
    /// <param name="backup">What <see cref="BackupAsync"/> wrote.</param>
    /// <param name="replaces">Also if there is a server in the folder already.</param>
    /// <param name="files">The file system.</param>
    /// <param name="cancellation">Ends it; then nothing was replaced.</param>
    public static async Task<ParcelReport> RestoreAsync(
        string folder, Stream backup, bool replaces, IFiles files, CancellationToken cancellation)
    {
        using IDisposable folderLock = Lock(folder, files);
        if (!replaces && files.Exists(Path.Combine(folder, DatabaseName)))
        {
            throw new IOException(
                $"{folder} holds an update server already: give an empty folder, or say that it may be replaced");
        }

        Shelf shelf = Shelf.Open(files, Path.Combine(folder, ShelfName), long.MaxValue);
        return await Restoring.RunAsync(
            files, folder, DatabaseName, shelf, backup, TimeProvider.System.GetUtcNow(), cancellation);
    }

    /// <inheritdoc/>
    public Task<OmahaReply> ServeAsync(OmahaCall call, CancellationToken cancellation) =>
        _omaha.ServeAsync(call, cancellation);

    /// <inheritdoc/>
    public ShelvedFile? FindFile(string folder, string name)
    {
        foreach (CataloguePackage package in Catalogue.Packages)
        {
            bool isIt = false;
            CatalogueFile? found = null;
            foreach (CatalogueFile file in package.Files)
            {
                isIt |= file.IsPayload && file.Sha256 == folder;
                if (file.Name == name && (!file.IsPayload || file.Sha256 == folder))
                    found = file;
            }

            if (isIt && found is not null && _shelf.Has(found))
                return new ShelvedFile(_shelf.PathOf(found.Sha256), found.Size, found.Sha256, found.Name);
        }

        return null;
    }

    /// <inheritdoc/>
    public Task<long> WaitForPulseAsync(long seen, CancellationToken cancellation) =>
        _ledger.Pulse.WaitAsync(seen, cancellation);

    /// <inheritdoc/>
    public Task<ServerStanding> GetStandingAsync(CancellationToken cancellation) =>
        _ledger.ReadAsync((desk, file) => ServerQueries.Standing(desk, file, _shelf, _started), cancellation);

    /// <inheritdoc/>
    public Task<CatalogueApp> AddAppAsync(Actor who, AppWish wish, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => AppOrders.Add(desk, who, wish), cancellation);

    /// <inheritdoc/>
    public Task<CatalogueApp> ChangeAppAsync(
        Actor who, string app, AppWish wish, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => AppOrders.Change(desk, who, app, wish), cancellation);

    /// <inheritdoc/>
    public Task RemoveAppAsync(Actor who, string app, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => AppOrders.Remove(desk, who, app), cancellation);

    /// <inheritdoc/>
    public Task<CataloguePackage> AddPackageAsync(
        Actor who, string app, PackageWish wish, Stream payload, CancellationToken cancellation) =>
        _transfers.AddPackageAsync(who, app, wish, "upload", payload, cancellation);

    /// <inheritdoc/>
    public Task<CataloguePackage> AddFileAsync(
        Actor who, long package, FileWish wish, Stream content, CancellationToken cancellation) =>
        _transfers.AddFileAsync(who, package, wish, content, cancellation);

    /// <inheritdoc/>
    public Task<CataloguePackage> ChangePackageAsync(
        Actor who, long package, string? description, string? moreInfo, CancellationToken cancellation) =>
        _ledger.OrderAsync(
            desk => PackageOrders.Change(desk, who, package, description, moreInfo), cancellation);

    /// <inheritdoc/>
    public Task<CataloguePackage> RemoveFileAsync(
        Actor who, long package, string name, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => PackageOrders.RemoveFile(desk, who, package, name), cancellation);

    /// <inheritdoc/>
    public Task RemovePackageAsync(Actor who, long package, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => PackageOrders.Remove(desk, who, package), cancellation);

    /// <inheritdoc/>
    public Task<CatalogueChannel> AddChannelAsync(
        Actor who, string app, string name, string board, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => ChannelOrders.Add(desk, who, app, name, board), cancellation);

    /// <inheritdoc/>
    public Task<CatalogueChannel> SetChannelAsync(
        Actor who, long channel, long? package, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => ChannelOrders.SetPackage(desk, who, channel, package), cancellation);

    /// <inheritdoc/>
    public Task<CatalogueChannel> PromoteAsync(
        Actor who, long from, long to, bool isForced, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => ChannelOrders.Promote(desk, who, from, to, isForced), cancellation);

    /// <inheritdoc/>
    public Task<CatalogueChannel> SetPromotionAsync(
        Actor who, long channel, ChannelPromotion? promotion, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => ChannelOrders.SetPromotion(desk, who, channel, promotion), cancellation);

    /// <inheritdoc/>
    public async Task<PromotionVerdict?> JudgePromotionAsync(long channel, CancellationToken cancellation)
    {
        PromotionAnswer answer = await _ledger.AskAsync(
            desk => new PromotionAnswer(ChannelOrders.Judge(desk, desk.Channel(channel))), cancellation);
        return answer.Verdict;
    }

    /// <inheritdoc/>
    public Task<CatalogueChannel> SetFloorAsync(
        Actor who, long channel, long package, string? reason, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => ChannelOrders.SetFloor(desk, who, channel, package, reason), cancellation);

    /// <inheritdoc/>
    public Task<CatalogueChannel> RenameChannelAsync(
        Actor who, long channel, string name, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => ChannelOrders.Rename(desk, who, channel, name), cancellation);

    /// <inheritdoc/>
    public Task RemoveChannelAsync(Actor who, long channel, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => ChannelOrders.Remove(desk, who, channel), cancellation);

    /// <inheritdoc/>
    public async Task<CatalogueUpstream?> SetUpstreamAsync(
        Actor who, long channel, UpstreamWish? wish, CancellationToken cancellation)
    {
        UpstreamAnswer answer = await _ledger.OrderAsync(
            desk => UpstreamOrders.Set(desk, who, channel, wish), cancellation);
        return answer.Upstream;
    }

    /// <inheritdoc/>
    public Task<SyncReport> SyncAsync(Actor who, long channel, CancellationToken cancellation) =>
        _sync.RunAsync(who, channel, cancellation);

    /// <inheritdoc/>
    public Task SyncDueAsync(CancellationToken cancellation) => _sync.RunDueAsync(cancellation);

    /// <inheritdoc/>
    public Task<CatalogueGroup> AddGroupAsync(
        Actor who, string app, GroupWish wish, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => GroupOrders.Add(desk, who, app, wish), cancellation);

    /// <inheritdoc/>
    public Task<CatalogueGroup> ChangeGroupAsync(
        Actor who, string app, string group, GroupWish wish, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => GroupOrders.Change(desk, who, app, group, wish), cancellation);

    /// <inheritdoc/>
    public Task<GroupStanding> PauseGroupAsync(
        Actor who, string app, string group, string note, CancellationToken cancellation) =>
        _ledger.OrderAsync(
            desk => GroupQueries.Standing(desk, GroupOrders.Hold(desk, who, app, group, note)), cancellation);

    /// <inheritdoc/>
    public Task<GroupStanding> ResumeGroupAsync(
        Actor who, string app, string group, CancellationToken cancellation) =>
        _ledger.OrderAsync(
            desk => GroupQueries.Standing(desk, GroupOrders.Hold(desk, who, app, group, null)), cancellation);

    /// <inheritdoc/>
    public Task RemoveGroupAsync(Actor who, string app, string group, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => GroupOrders.Remove(desk, who, app, group), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<GroupStanding>> GetStandingsAsync(
        string app, string group, CancellationToken cancellation) =>
        _ledger.AskAsync(desk => GroupQueries.Standings(desk, app, group), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VersionSample>> GetSamplesAsync(
        string app, string group, DateTimeOffset from, CancellationToken cancellation) =>
        _ledger.ReadAsync((desk, file) => GroupQueries.Samples(desk, file, app, group, from), cancellation);

    /// <inheritdoc/>
    public Task<MachinePage> ListMachinesAsync(MachineQuery query, CancellationToken cancellation) =>
        _ledger.AskAsync(desk => MachineQueries.List(desk, query), cancellation);

    /// <inheritdoc/>
    public async Task<MachineView?> GetMachineAsync(string app, string machine, CancellationToken cancellation)
    {
        MachineAnswer answer = await _ledger.AskAsync(
            desk => MachineQueries.Get(desk, app, machine), cancellation);
        return answer.Machine;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MachineEvent>> GetHistoryAsync(
        string app, string machine, long before, int count, CancellationToken cancellation) =>
        _ledger.ReadAsync(
            (desk, file) => MachineQueries.History(desk, file, app, machine, before, count), cancellation);

    /// <inheritdoc/>
    public Task<MachineView> SetOverrideAsync(
        Actor who, string app, string machine, MachineOverride? wanted, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => MachineOrders.SetOverride(desk, who, app, machine, wanted), cancellation);

    /// <inheritdoc/>
    public Task ForgetMachineAsync(Actor who, string app, string machine, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => MachineOrders.Forget(desk, who, app, machine), cancellation);

    /// <inheritdoc/>
    public AccessToken? Authenticate(string secret) =>
        TokenOrders.Find(_ledger.Published.Tokens, secret, _time.GetUtcNow());

    /// <inheritdoc/>
    public Task<NewToken> AddTokenAsync(
        Actor who, string name, AccessRole role, DateTimeOffset? expires, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => TokenOrders.Add(desk, who, name, role, expires), cancellation);

    /// <inheritdoc/>
    public Task RemoveTokenAsync(Actor who, string name, CancellationToken cancellation) =>
        _ledger.OrderAsync(desk => TokenOrders.Remove(desk, who, name), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditEntry>> GetAuditAsync(long before, int count, CancellationToken cancellation) =>
        _ledger.ReadAsync((_, file) => AuditQueries.List(file, before, count), cancellation);

    /// <inheritdoc/>
    public Task NoteAsync(
        Actor who, string what, string subject, string text, CancellationToken cancellation) =>
        _ledger.OrderAsync(
            desk =>
            {
                desk.Audit(who, what, subject, text);
                return who;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<ParcelReport> BackupAsync(
        Actor who, Stream target, bool withPayloads, CancellationToken cancellation) =>
        _transfers.BackupAsync(who, target, withPayloads, cancellation);

    /// <inheritdoc/>
    public Task<ParcelReport> ExportAsync(
        Actor who, string app, IReadOnlyList<long> packages, Stream target, CancellationToken cancellation) =>
        _transfers.ExportAsync(who, app, packages, target, cancellation);

    /// <inheritdoc/>
    public Task<ParcelReport> ImportAsync(
        Actor who, Stream source, string? channel, CancellationToken cancellation) =>
        _transfers.ImportAsync(who, source, channel, cancellation);

    /// <summary>Does what waits, writes what is left, and lets the folder go.</summary>
    public void Dispose()
    {
        _ledger.Dispose();
        _sync.Dispose();
        _lock.Dispose();
    }

    private static IDisposable Lock(string folder, IFiles files)
    {
        files.CreateFolder(folder);
        return files.TryLock(Path.Combine(folder, LockName))
            ?? throw new IOException($"{folder} is in use by another update server: stop that first");
    }

    private void Register(MetricRegistry metrics)
    {
        metrics.Gauge(
            "corenode_update_server_machines", "Machines that are known.", () => _ledger.Published.Machines);
        metrics.Gauge(
            "corenode_update_server_payload_bytes", "Bytes of the payloads on the shelf.", () => _shelf.Bytes);
    }
}
