using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Sharing;

/// <summary>
/// A node's part in fetching a payload once for its cluster (docs/decisions/0051): says where the own update finds its
/// next bytes, keeps what it fetches for others where that is this node's turn, and serves it. Who keeps what stands in
/// the store. One caller of <see cref="NextAsync"/> at a time, anything else from any thread.
/// </summary>
public sealed partial class PayloadSharing : IShareDesk
{
    // What a worker reads before it knows the metadata; more of it would come and not be taken.
    private const long MetadataBytes = 256 << 10;

    // So often in a row a node tries to become a keeper.
    private const int MostLostClaims = 8;

    // A gap that is fetched again, so that what is kept stays whole.
    private const long MostGapBytes = 64 << 20;

    private readonly SharingOptions _options;
    private readonly PeerAsking _asking;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KeeperRegistry _registry;
    private readonly PayloadShelf _shelf;
    private readonly PayloadService _service;
    private readonly MetricCounter _received;
    private readonly SharingPresence _presence;
    private readonly IPayloadPeers _peers;
    private readonly Lock _gate = new(); // _chance, _worked, _source, _fetching, _begun
    private readonly Prng _chance;
    private PayloadFetching? _fetching;
    private TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _worked = "";
    private string _source = "";

    /// <summary>Ready; <see cref="RunAsync"/> looks after what is kept.</summary>
    /// <param name="options">How it shares.</param>
    /// <param name="place">What it shares by.</param>
    /// <param name="files">The disk of what is kept.</param>
    /// <param name="time">The time.</param>
    /// <param name="metrics">What it counts.</param>
    /// <param name="logger">Where it says what it does.</param>
    public PayloadSharing(
        SharingOptions options, SharingPlace place, IFiles files, TimeProvider time, MetricRegistry metrics,
        ILogger<PayloadSharing> logger)
    {
        (_options, _peers, _time, _logger) = (options, place.Peers, time, logger);
        _presence = new SharingPresence(options, place, time, logger);
        _asking = new PeerAsking(place.Peers, options.Times, time);
        _registry = new KeeperRegistry(place.Store, options, time);
        _shelf = new PayloadShelf(files, options, place.FreeBytes, time);
        _service = new PayloadService(_shelf, files, options, time, metrics.Counter(
            "corenode_update_shared_bytes_total", "Bytes of update payloads that were sent to other nodes."),
            _presence.Note);
        _received = metrics.Counter(
            "corenode_update_peer_bytes_total", "Bytes of update payloads that came from other nodes.");
        metrics.Gauge(
            "corenode_update_kept_bytes", "Bytes of update payloads that are kept for other nodes.",
            () => _shelf.Bytes);
        _chance = new Prng(options.Seed);
    }

    /// <summary>From where the own update fetches, in words; empty: it does not.</summary>
    public string Source
    {
        get
        {
            lock (_gate)
                return _source;
        }
    }

    /// <summary>Answers another node; see <see cref="ShareLines"/>.</summary>
    public Task ServeAsync(Stream body, Stream answer, CancellationToken cancellation) =>
        _service.ServeAsync(body, answer, cancellation);

    /// <summary>Begins to look after what an earlier run left; before anything else is called.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public void Load() => _shelf.Load();

    /// <summary>Runs until cancelled; does nothing while nothing is kept.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            Task begun;
            lock (_gate)
                begun = _begun.Task;
            IReadOnlyList<KeptPayload> kept = _shelf.All;
            foreach (KeptPayload one in kept)
                await ReviewAsync(one, stop);
            await (kept.Count == 0 ? begun.WaitAsync(stop) : Task.Delay(_options.Times.Review, _time, stop));
        }
    }

    /// <summary>Nodes that share, this one included, as far as is known.</summary>
    public int Nodes => _presence.Nodes;

    /// <summary>Until cancelled it tells others that this node is there, where they would not know.</summary>
    public Task TellAsync(CancellationToken stop) => _presence.TellAsync(_peers, stop);

    /// <summary>The own update works on a payload from now on; empty: on none.</summary>
    public void Work(string sha256)
    {
        lock (_gate)
        {
            _worked = sha256;
            _source = "";
        }
    }

    /// <summary>The own update has verified a payload up to a byte.</summary>
    public void Verify(string sha256, long end, long size)
    {
        if (_shelf.Find(sha256) is not { } kept)
            return;
        try
        {
            kept.Verify(Math.Min(end, _shelf.EndOf(kept)), size);
            if (kept.Verified == size)
                _shelf.Finish(kept);
        }
        catch (IOException fault)
        {
            LogNotKept(sha256, fault.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<SharePiece> NextAsync(ShareQuestion question, CancellationToken cancellation)
    {
        PayloadFetching fetching = Fetching(question.Sha256);
        if (question.Unkept.Length > 0 && _shelf.Find(question.Sha256) is { } lost)
        {
            fetching.MayKeep = false;
            await DropAsync(lost, question.Unkept, cancellation);
        }

        if (question.IsBlamed)
            await BlameAsync(fetching, question, cancellation);
        _shelf.Find(question.Sha256)?.Stir();
        while (true)
        {
            SourceStep step = SourcePlan.Next(await LookAsync(fetching, question, cancellation), _options.Times);
            switch (step)
            {
                case SourceStep.Own:
                    return OwnPiece(fetching, question);
                case SourceStep.Peer peer:
                    if (await TryPeerAsync(fetching, question, peer.Keeper, cancellation) is { } piece)
                        return piece;
                    break;
                case SourceStep.Server server:
                    return ServerPiece(fetching, question, server);
                case SourceStep.Claim claim:
                    await ClaimAsync(fetching, question, claim, cancellation);
                    break;
                case SourceStep.Wait wait:
                    Tell($"nothing now: {wait.Reason}");
                    await Task.Delay(_options.Times.Poll, _time, cancellation);
                    break;
                default:
                    throw new InvariantException("unknown kind of step");
            }
        }
    }

    private PayloadFetching Fetching(string sha256)
    {
        lock (_gate)
        {
            if (_fetching is not { } known || known.Sha256 != sha256)
                return _fetching = new PayloadFetching(sha256, _chance.NextDouble(), _time);
            if (_source.Length == 0)
                known.Begin();
            return known;
        }
    }

    private async Task<SourceFacts> LookAsync(
        PayloadFetching fetching, ShareQuestion question, CancellationToken cancellation)
    {
        int nodes = Nodes;
        KeptPayload? kept = _shelf.Find(question.Sha256);
        if (kept is { IsFound: true, IsWhole: false })
            await StepBackAsync(kept, cancellation);
        fetching.Learn(await _registry.ListAsync(question.Sha256, cancellation));
        Keeper? own = fetching.Own(_options.Machine);
        Adopt(kept, own);
        // What it kept is gone from its disk.
        if (kept is null && own is not null)
            await _registry.ReleaseAsync(question.Sha256, own.Slot, own.Base, cancellation);
        long end = kept is null ? 0 : _shelf.EndOf(kept);
        // Not what this payload can be, or too much of it is missing: begun anew where it stands.
        bool isOdd = kept is not null
            && (end > question.Size || question.From < kept.Base || question.From - end > MostGapBytes);
        if (kept is not null && isOdd)
        {
            await DropAsync(kept, "it does not go with what is fetched", cancellation);
            kept = null;
        }

        double chance;
        lock (_gate)
            chance = _chance.NextDouble();
        return fetching.Complete(_options.Machine, new SourceFacts
        {
            From = question.From,
            OwnBase = kept?.Base ?? 0,
            OwnEnd = kept is null ? 0 : end,
            Since = kept?.Since ?? StoreIndex.Zero,
            CanKeep = fetching.MayKeep
                && (kept is not null || _shelf.HasRoom(question.Sha256, question.Size - question.From)),
            Wanted = nodes <= 1 ? 0 : nodes == 2 ? 1 : 2,
            Chance = chance,
        });
    }

    // This node was away while others went on: they are not to wait for it, and it fetches from them. Where nobody else
    // is there, it becomes a keeper again.
    private async Task StepBackAsync(KeptPayload kept, CancellationToken cancellation)
    {
        kept.IsFound = false;
        if (await _registry.ListAsync(kept.Sha256, cancellation) is { } keepers)
        {
            foreach (Keeper one in keepers)
            {
                if (one.Machine == _options.Machine)
                    await _registry.ReleaseAsync(kept.Sha256, one.Slot, one.Base, cancellation);
            }
        }

        (kept.Slot, kept.Since) = (-1, StoreIndex.Zero);
    }

    // After a restart the key is there already.
    private void Adopt(KeptPayload? kept, Keeper? own)
    {
        if (kept is null || own is null || kept.Base != own.Base || kept.Since == own.Since)
            return;
        kept.Slot = own.Slot;
        kept.Since = own.Since;
        kept.RefreshedAt = _time.GetTimestamp();
    }

    private SharePiece OwnPiece(PayloadFetching fetching, ShareQuestion question)
    {
        KeptPayload kept = _shelf.Find(question.Sha256)!;
        Told(fetching, ShareOrigin.Own, "", "what this machine keeps");
        return new SharePiece(ShareOrigin.Own)
        {
            From = question.From,
            To = _shelf.EndOf(kept),
            Path = kept.Path,
            Base = kept.Base,
        };
    }

    private SharePiece ServerPiece(PayloadFetching fetching, ShareQuestion question, SourceStep.Server server)
    {
        Told(fetching, ShareOrigin.Server, "", "the server");
        KeptPayload? kept = _shelf.Find(question.Sha256);
        long from = FromOf(kept, question);
        long most = question.IsMetadata ? MetadataBytes : server.IsForAll ? question.Size : _options.PieceBytes;
        long to = Math.Min(server.To == 0 ? question.Size : server.To, from + most);
        return new SharePiece(ShareOrigin.Server)
        {
            From = from,
            To = Math.Min(to, question.Size),
            Path = kept?.Path ?? "",
            Base = kept?.Base ?? 0,
        };
    }

    // What is kept has no holes.
    private long FromOf(KeptPayload? kept, ShareQuestion question) =>
        kept is null ? question.From : Math.Min(question.From, _shelf.EndOf(kept));

    private async Task<SharePiece?> TryPeerAsync(
        PayloadFetching fetching, ShareQuestion question, Keeper keeper, CancellationToken cancellation)
    {
        KeptPayload? kept = _shelf.Find(question.Sha256);
        long from = FromOf(kept, question);
        PeerOpening opening = await _asking.OpenAsync(
            keeper, Question(question.Sha256, from, kept is { Since.Value: > 0 }), question.Size,
            count =>
            {
                _received.Add(count);
                fetching.Feed(keeper.Machine);
            },
            reason => MarkOut(fetching, keeper, reason), cancellation);
        if (opening.Data is not { } data)
        {
            fetching.Mark(keeper.Machine, opening.State, opening.Rest);
            if (opening.State != KeeperState.Busy)
                LogPeer(keeper.Machine, opening.Problem);
            return null;
        }

        Told(fetching, ShareOrigin.Peer, keeper.Machine, Words(keeper));
        return new SharePiece(ShareOrigin.Peer, data)
        {
            From = from,
            To = question.Size,
            Path = kept?.Path ?? "",
            Base = kept?.Base ?? 0,
            Data = data,
        };
    }

    private PeerQuestion Question(string sha256, long from, bool isKeeper) =>
        new(sha256, from, isKeeper) { Machine = _options.Machine };

    private async Task ClaimAsync(
        PayloadFetching fetching, ShareQuestion question, SourceStep.Claim claim, CancellationToken cancellation)
    {
        KeptPayload? kept = _shelf.Find(question.Sha256);
        long first = kept?.Base ?? question.From;
        _shelf.Coming = question.Sha256;
        try
        {
            await ClaimAsync(fetching, question, claim, kept, first, cancellation);
        }
        finally
        {
            _shelf.Coming = "";
        }
    }

    private async Task ClaimAsync(
        PayloadFetching fetching, ShareQuestion question, SourceStep.Claim claim, KeptPayload? kept, long first,
        CancellationToken cancellation)
    {
        StoreIndex since = await _registry.ClaimAsync(
            question.Sha256, claim.Slot, claim.InPlaceOf, first, cancellation);
        if (since == StoreIndex.Zero)
        {
            // Others were faster, or the store takes no writes.
            fetching.LostClaims++;
            fetching.MayKeep &= fetching.LostClaims < MostLostClaims;
            await Task.Delay(_options.Times.Poll * (0.5 + (fetching.Share / 2)), _time, cancellation);
            return;
        }

        fetching.LostClaims = 0;
        try
        {
            List<KeptPayload> removed = [];
            kept ??= _shelf.Begin(question.Sha256, first, question.Size, one =>
            {
                _shelf.Remove(one);
                removed.Add(one);
            });
            kept.Slot = claim.Slot;
            kept.Since = since;
            kept.RefreshedAt = _time.GetTimestamp();
            LogKeeps(question.Sha256, claim.Slot);
            foreach (KeptPayload one in removed)
                await ReleaseAsync(one, cancellation);
        }
        catch (IOException fault)
        {
            fetching.MayKeep = false;
            LogNotKept(question.Sha256, fault.Message);
            await _registry.ReleaseAsync(question.Sha256, claim.Slot, first, cancellation);
        }

        lock (_gate)
        {
            _begun.TrySetResult();
            _begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task BlameAsync(
        PayloadFetching fetching, ShareQuestion question, CancellationToken cancellation)
    {
        if (fetching.LastOrigin == ShareOrigin.Peer)
        {
            LogWrong(fetching.LastMachine, question.Sha256);
            fetching.Mark(fetching.LastMachine, KeeperState.Wrong, TimeSpan.Zero);
        }

        // All before it is verified; what is behind it may be wrong.
        if (_shelf.Find(question.Sha256) is not { } kept)
            return;
        try
        {
            _shelf.Cut(kept, Math.Max(question.From, kept.Base));
        }
        catch (IOException fault)
        {
            fetching.MayKeep = false;
            await DropAsync(kept, fault.Message, cancellation);
        }
    }

    private void MarkOut(PayloadFetching fetching, Keeper keeper, string reason)
    {
        fetching.Mark(keeper.Machine, KeeperState.Out, _options.Times.Retry);
        LogPeer(keeper.Machine, reason);
    }

    private async Task ReviewAsync(KeptPayload kept, CancellationToken stop)
    {
        bool isWorked;
        lock (_gate)
            isWorked = _worked == kept.Sha256;
        bool isLeft = !kept.IsWhole && kept.Quiet >= _options.Times.Abandoned;
        if (!isWorked && (isLeft || kept.Idle >= _options.Keep))
        {
            await DropAsync(kept, isLeft ? "its update does not go on" : "nobody has asked for it for long", stop);
            return;
        }

        bool isAdopted = kept.Since.Value > 0;
        bool isDue = isAdopted && _time.GetElapsedTime(kept.RefreshedAt) >= _options.Times.Refresh;
        if (isAdopted && (!isDue || kept.Idle >= _options.Times.Refresh))
            return;
        if (await _registry.ListAsync(kept.Sha256, stop) is not { } keepers)
            return;
        Keeper? own = null;
        foreach (Keeper one in keepers)
            own = one.Machine == _options.Machine && one.Base == kept.Base ? one : own;
        Adopt(kept, own);
        if (own is null && !isWorked)
            await DropAsync(kept, "the store does not name this node as its keeper", stop);
        else if (own is not null && isDue)
            await RefreshAsync(kept, stop);
    }

    private async Task RefreshAsync(KeptPayload kept, CancellationToken stop)
    {
        await _registry.RefreshAsync(kept.Sha256, kept.Slot, stop);
        kept.RefreshedAt = _time.GetTimestamp();
    }

    private async Task DropAsync(KeptPayload kept, string reason, CancellationToken cancellation)
    {
        LogNotKept(kept.Sha256, reason);
        try
        {
            _shelf.Remove(kept);
        }
        catch (IOException fault)
        {
            LogNotKept(kept.Sha256, fault.Message);
        }

        await ReleaseAsync(kept, cancellation);
    }

    private Task ReleaseAsync(KeptPayload kept, CancellationToken cancellation) => kept.Slot >= 0
        ? _registry.ReleaseAsync(kept.Sha256, kept.Slot, kept.Base, cancellation)
        : Task.CompletedTask;

    private void Told(PayloadFetching fetching, ShareOrigin origin, string machine, string words)
    {
        bool isNew = fetching.LastOrigin != origin || fetching.LastMachine != machine;
        fetching.LastOrigin = origin;
        fetching.LastMachine = machine;
        if (origin != ShareOrigin.Peer)
            fetching.Feed();
        if (_shelf.Find(fetching.Sha256) is { } kept)
        {
            kept.IsFollowing = origin == ShareOrigin.Peer;
            kept.Stir();
        }

        Tell(words);
        if (isNew)
            LogSource(fetching.Sha256, words);
    }

    private void Tell(string source)
    {
        lock (_gate)
            _source = source;
    }

    private static string Words(Keeper keeper) => keeper.PeerUrls.Count > 0
        ? $"machine {keeper.Machine} ({keeper.PeerUrls[0]})"
        : $"machine {keeper.Machine}";
}
