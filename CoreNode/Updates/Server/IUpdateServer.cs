using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>
/// The update server without HTTP: everything that its surfaces and its command line need. Any thread. Whatever is
/// answered is durable: a change whose answer was given is there after a power cut. Orders throw
/// <see cref="CatalogueException"/> where they are not carried out.
/// </summary>
public interface IUpdateServer
{
    /// <summary>Everything that administrators change, as it is now; costs nothing.</summary>
    Catalogue Catalogue { get; }

    /// <summary>Answers a machine. Never throws for what a request says; all that is wrong is in the answer.</summary>
    Task<OmahaReply> ServeAsync(OmahaCall call, CancellationToken cancellation);

    /// <summary>The file that a URL below "packages/" means; null if there is none.</summary>
    /// <param name="folder">SHA-256 of the payload, as in the URL.</param>
    /// <param name="name">Name of the file in the package.</param>
    ShelvedFile? FindFile(string folder, string name);

    /// <summary>A number that grows with each change that somebody could want to see.</summary>
    long Pulse { get; }

    /// <summary>Waits until <see cref="Pulse"/> is beyond that number; gives it.</summary>
    Task<long> WaitForPulseAsync(long seen, CancellationToken cancellation);

    /// <summary>How the server itself is.</summary>
    Task<ServerStanding> GetStandingAsync(CancellationToken cancellation);

    // Applications

    /// <summary>Makes an application.</summary>
    Task<CatalogueApp> AddAppAsync(Actor who, AppWish wish, CancellationToken cancellation);

    /// <summary>Changes one.</summary>
    Task<CatalogueApp> ChangeAppAsync(Actor who, string app, AppWish wish, CancellationToken cancellation);

    /// <summary>Removes one with all that belongs to it, machines and files included.</summary>
    Task RemoveAppAsync(Actor who, string app, CancellationToken cancellation);

    // Packages

    /// <summary>
    /// Takes a payload in: it is written to the shelf, verified against the trusted keys, and becomes a package.
    /// </summary>
    Task<CataloguePackage> AddPackageAsync(
        Actor who, string app, PackageWish wish, Stream payload, CancellationToken cancellation);

    /// <summary>Takes a further file in, likewise.</summary>
    Task<CataloguePackage> AddFileAsync(
        Actor who, long package, FileWish wish, Stream content, CancellationToken cancellation);

    /// <summary>Changes what is for people.</summary>
    Task<CataloguePackage> ChangePackageAsync(
        Actor who, long package, string? description, string? moreInfo, CancellationToken cancellation);

    /// <summary>Removes a delta or an extra file from a package.</summary>
    Task<CataloguePackage> RemoveFileAsync(Actor who, long package, string name, CancellationToken cancellation);

    /// <summary>Removes a package that no channel leads to and that is no floor.</summary>
    Task RemovePackageAsync(Actor who, long package, CancellationToken cancellation);

    // Channels

    /// <summary>Makes a channel.</summary>
    Task<CatalogueChannel> AddChannelAsync(
        Actor who, string app, string name, string board, CancellationToken cancellation);

    /// <summary>
    /// Makes a channel lead to a package, null to none: the rollouts of its groups begin.
    /// </summary>
    Task<CatalogueChannel> SetChannelAsync(Actor who, long channel, long? package, CancellationToken cancellation);

    /// <summary>Makes a channel lead where another one leads, with the floors that it does not have yet.</summary>
    /// <param name="who">Who orders it.</param>
    /// <param name="from">Number of the channel to take it from.</param>
    /// <param name="to">Number of the channel that gets it; 0 for where the first one's rule leads.</param>
    /// <param name="isForced">Also if the first channel's rule stands against it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<CatalogueChannel> PromoteAsync(
        Actor who, long from, long to, bool isForced, CancellationToken cancellation);

    /// <summary>Says where a channel's package goes next and when; null for nowhere.</summary>
    Task<CatalogueChannel> SetPromotionAsync(
        Actor who, long channel, ChannelPromotion? promotion, CancellationToken cancellation);

    /// <summary>Whether a channel's package may go on by its rule; null for a channel without one.</summary>
    Task<PromotionVerdict?> JudgePromotionAsync(long channel, CancellationToken cancellation);

    /// <summary>Sets the reason of a floor, making it if needed; null takes the floor away.</summary>
    Task<CatalogueChannel> SetFloorAsync(
        Actor who, long channel, long package, string? reason, CancellationToken cancellation);

    /// <summary>Gives a channel another name.</summary>
    Task<CatalogueChannel> RenameChannelAsync(Actor who, long channel, string name, CancellationToken cancellation);

    /// <summary>Removes a channel that no group follows.</summary>
    Task RemoveChannelAsync(Actor who, long channel, CancellationToken cancellation);

    // Upstream servers

    /// <summary>Makes a channel follow an update server elsewhere; null ends that.</summary>
    Task<CatalogueUpstream?> SetUpstreamAsync(
        Actor who, long channel, UpstreamWish? wish, CancellationToken cancellation);

    /// <summary>
    /// Asks the upstream server of a channel now: what it offers is fetched, verified as an upload is, and the channel
    /// leads to it then.
    /// </summary>
    Task<SyncReport> SyncAsync(Actor who, long channel, CancellationToken cancellation);

    /// <summary>Does so for all channels whose time has come; faults are noted with each channel.</summary>
    Task SyncDueAsync(CancellationToken cancellation);

    // Groups

    /// <summary>Makes a group.</summary>
    Task<CatalogueGroup> AddGroupAsync(Actor who, string app, GroupWish wish, CancellationToken cancellation);

    /// <summary>Changes one. A policy counts from the next check on; what was granted stays granted.</summary>
    Task<CatalogueGroup> ChangeGroupAsync(
        Actor who, string app, string group, GroupWish wish, CancellationToken cancellation);

    /// <summary>Holds a group's rollout; what was granted goes on. The clock of its waves stands still.</summary>
    Task<GroupStanding> PauseGroupAsync(
        Actor who, string app, string group, string note, CancellationToken cancellation);

    /// <summary>Lets a rollout go on that was paused, or stopped by errors: those no longer count.</summary>
    Task<GroupStanding> ResumeGroupAsync(Actor who, string app, string group, CancellationToken cancellation);

    /// <summary>Removes one; its machines belong to none until they ask again.</summary>
    Task RemoveGroupAsync(Actor who, string app, string group, CancellationToken cancellation);

    /// <summary>How a group's rollout stands; of all groups of all applications if the names are empty.</summary>
    Task<IReadOnlyList<GroupStanding>> GetStandingsAsync(string app, string group, CancellationToken cancellation);

    /// <summary>Versions over time, oldest first.</summary>
    Task<IReadOnlyList<VersionSample>> GetSamplesAsync(
        string app, string group, DateTimeOffset from, CancellationToken cancellation);

    // Machines

    /// <summary>Lists machines.</summary>
    Task<MachinePage> ListMachinesAsync(MachineQuery query, CancellationToken cancellation);

    /// <summary>One machine; null if it is not known.</summary>
    Task<MachineView?> GetMachineAsync(string app, string machine, CancellationToken cancellation);

    /// <summary>What happened with a machine, newest first.</summary>
    /// <param name="app">Id or name of the application.</param>
    /// <param name="machine">Its id.</param>
    /// <param name="before">Only events below this number; 0 for all.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<IReadOnlyList<MachineEvent>> GetHistoryAsync(
        string app, string machine, long before, int count, CancellationToken cancellation);

    /// <summary>
    /// Says what counts for one machine against its group; null for nothing any more. One that is not known yet becomes
    /// known.
    /// </summary>
    Task<MachineView> SetOverrideAsync(
        Actor who, string app, string machine, MachineOverride? wanted, CancellationToken cancellation);

    /// <summary>Forgets a machine with its history; if it asks again it is new.</summary>
    Task ForgetMachineAsync(Actor who, string app, string machine, CancellationToken cancellation);

    // Tokens and audit

    /// <summary>The tokens, without secrets.</summary>
    IReadOnlyList<AccessToken> Tokens { get; }

    /// <summary>The token of that secret, if it counts now; null otherwise. In memory.</summary>
    AccessToken? Authenticate(string secret);

    /// <summary>Makes a token.</summary>
    Task<NewToken> AddTokenAsync(
        Actor who, string name, AccessRole role, DateTimeOffset? expires, CancellationToken cancellation);

    /// <summary>Takes a token back, at once.</summary>
    Task RemoveTokenAsync(Actor who, string name, CancellationToken cancellation);

    /// <summary>What was changed by whom, newest first.</summary>
    /// <param name="before">Only entries below this number; 0 for all.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<IReadOnlyList<AuditEntry>> GetAuditAsync(long before, int count, CancellationToken cancellation);

    /// <summary>Notes something in the audit log that the server itself does not see.</summary>
    Task NoteAsync(Actor who, string what, string subject, string text, CancellationToken cancellation);

    // Whole files

    /// <summary>
    /// Writes a backup while everything goes on: the database as it is at one moment, and the payloads if wanted. What
    /// <see cref="UpdateServer.RestoreAsync"/> takes.
    /// </summary>
    Task<ParcelReport> BackupAsync(Actor who, Stream target, bool withPayloads, CancellationToken cancellation);

    /// <summary>Writes packages with their files to a medium.</summary>
    Task<ParcelReport> ExportAsync(
        Actor who, string app, IReadOnlyList<long> packages, Stream target, CancellationToken cancellation);

    /// <summary>
    /// Takes packages from a medium in: every payload is verified as an upload is; what is there already stays.
    /// </summary>
    /// <param name="who">Who orders it.</param>
    /// <param name="source">What <see cref="ExportAsync"/> wrote.</param>
    /// <param name="channel">Name of the channel that shall lead to the newest of them; null for none.</param>
    /// <param name="cancellation">Ends it; whole packages stay.</param>
    Task<ParcelReport> ImportAsync(Actor who, Stream source, string? channel, CancellationToken cancellation);
}
