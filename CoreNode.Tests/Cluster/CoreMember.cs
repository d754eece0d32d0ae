using System.Text;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Tests.Foundation;
using CoreNode.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cluster;

/// <summary>One member's core on played ports.</summary>
internal sealed class CoreMember
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan Election = TimeSpan.FromMilliseconds(1000);

    private readonly ProposalLoad _load = new(100_000, 1L << 30);
    private readonly Inbox _inbox = new(new CoreNode.Platform.ThreadParker());
    private readonly List<WatchQueue> _signals = [];

    public CoreMember(ReplicaOptions options, CoreTime time, JoinPlan? plan = null)
    {
        Time = time;
        SimulatedFiles files = new(new Prng(options.Seed));
        files.CreateFolder(options.Folder);
        SnapshotStore store = new(files, options.Folder, time);
        Recovery recovery = new(options, files, store, new StoreStatistics(), NullLogger.Instance);
        (ReplicaState state, CoreNode.Wal.WalLog log) = recovery.Run(plan);
        log.Dispose();
        Id = state.Self;
        Core = new ReplicaCore(
            options, state, new ReplicaPorts(Ports, Ports, time, _signals, Ports) { Logger = Log });
    }

    public CoreTime Time { get; }

    public NodeId Id { get; }

    public CorePorts Ports { get; } = new();

    /// <summary>What it says.</summary>
    public RecordedLog Log { get; } = new();

    public ReplicaCore Core { get; }

    /// <summary>Writes to the log are never confirmed.</summary>
    public bool IsDiskHung { get; set; }

    /// <summary>Nothing reaches it and nothing leaves it.</summary>
    public bool IsCut { get; set; }

    /// <summary>Its disk has something to report.</summary>
    public bool IsBusy => Ports.HasUnreported && !IsDiskHung;

    public bool IsLeader => Core.Raft.Role == RaftRole.Leader;

    /// <summary>One round as the loop does it, after the log has confirmed what it may.</summary>
    public void Round()
    {
        if (IsBusy)
        {
            Ports.Reported = Ports.LastNumber;
            Core.Handle(new LogPersisted(Ports.Reported));
        }

        Core.RunRound();
        Core.Answer();
        foreach (WatchQueue watcher in _signals)
            watcher.Signal();
        _signals.Clear();
    }

    public Task<KeyOutcome> Set(string key, string value = "v", Term onlyIn = default)
    {
        byte[] command = new KeyCommand
        {
            Operation = KeyOperation.Set,
            Key = Encoding.UTF8.GetBytes(key),
            Value = Encoding.UTF8.GetBytes(value),
        }.Encode();
        _load.Add(command.Length);
        Proposal proposal = Proposal.Rent(command, Time.GetTimestamp(), _load, onlyIn);
        Task<KeyOutcome> answer = proposal.Task.AsTask();
        Core.Handle(proposal);
        return answer;
    }

    public Task<(IKeyspace? Keyspace, KeyError? Error)> Read(Term onlyIn = default)
    {
        ReadBarrier read = new(Time.GetTimestamp(), onlyIn);
        Core.Handle(read);
        return read.Completion.Task;
    }

    public Task<MemberChangeOutcome> Change(MemberOperation operation, NodeId node = default, params string[] urls)
    {
        ChangeMembers change = new(
            new MemberChange { Operation = operation, Node = node, PeerUrls = urls }, Time.GetTimestamp());
        Core.Handle(change);
        return change.Completion.Task;
    }

    public IWatch Watch(string key)
    {
        AddWatch watch = new(
            new WatchRequest(Encoding.UTF8.GetBytes(key), true, true, 0), new WatchQueue(_inbox, _signals));
        Core.Handle(watch);
        return watch.Completion.Task.Result.Watch!;
    }

    /// <summary>What a failed write was told.</summary>
    public static string Cause(Task<KeyOutcome> write)
    {
        Assert.That(write.IsCompleted, Is.True, "the write is not answered");
        return write.Result.Error is { } error ? Encoding.UTF8.GetString(error.Cause.Span) : "(success)";
    }

    public bool Has(string key) => Core.Published.TryGet(Encoding.UTF8.GetBytes(key), out _);
}
