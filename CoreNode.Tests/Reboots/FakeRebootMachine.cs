using System.Collections.Concurrent;
using CoreNode.Reboots;
using CoreNode.Reboots.Service.Ports;

namespace CoreNode.Tests.Reboots;

/// <summary>A machine in a cluster, in memory: all ports, what they did, and one call that hangs.</summary>
internal sealed class FakeRebootMachine
    : ILock, IDrain, ILeadership, ILogins, IRestart, IWants, IQuorum, IGate
{
    private int _calls;

    public RebootPorts Ports => new(this, this, this, this, this, this, this, this);

    /// <summary>The calls in their order.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>The call that never ends; -1: none does.</summary>
    public int HangAt { get; set; } = -1;

    /// <summary>Whether that one has its effect first.</summary>
    public bool HasEffect { get; set; }

    /// <summary>Ends when that call hangs.</summary>
    public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the machine was asked to restart.</summary>
    public TaskCompletionSource Restarting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public volatile bool IsLockHeld;
    public volatile bool IsCordoned;
    public volatile bool WasRestarted;
    public volatile string Fault = "";
    public volatile string Names = "";
    public volatile string RestartNote = "";
    public volatile RebootPermission Permission = RebootPermission.Granted;
    public volatile RebootVerdict Verdict = RebootVerdict.Healthy;
    public volatile RebootWant Want = RebootWant.None;

    RebootWant IWants.Now => Want;

    Task ILock.TakeAsync(string group, string why, Action<string> told, CancellationToken cancellation) =>
        CallAsync($"lock {group}".TrimEnd(), () => IsLockHeld = true, cancellation);

    Task ILock.ReleaseAsync(string group, CancellationToken cancellation) =>
        CallAsync($"release {group}".TrimEnd(), () => IsLockHeld = false, cancellation);

    Task ILock.ReleaseEverywhereAsync(CancellationToken cancellation)
    {
        IsLockHeld = false;
        return Task.CompletedTask;
    }

    Task IDrain.CordonAsync(string why, CancellationToken cancellation) =>
        CallAsync("cordon", () => IsCordoned = true, cancellation);

    Task IDrain.DrainAsync(string why, TimeSpan limit, Action<string> told, CancellationToken cancellation) =>
        CallAsync("drain", static () => { }, cancellation);

    Task IDrain.UncordonAsync(CancellationToken cancellation) =>
        CallAsync("uncordon", () => IsCordoned = false, cancellation);

    Task ILeadership.MoveAwayAsync(CancellationToken cancellation) =>
        CallAsync("move leader", static () => { }, cancellation);

    async Task<string> ILogins.WarnAsync(string why, TimeSpan time, CancellationToken cancellation)
    {
        await CallAsync("warn", static () => { }, cancellation);
        return Names;
    }

    string IRestart.Note => RestartNote;

    Task IRestart.SyncAsync(CancellationToken cancellation) => CallAsync("sync", static () => { }, cancellation);

    async Task IRestart.RestartAsync(string by, CancellationToken cancellation)
    {
        await CallAsync("restart", () => WasRestarted = true, cancellation);
        Restarting.TrySetResult();
    }

    async Task<RebootPermission> IQuorum.LookAsync(bool isLast, CancellationToken cancellation)
    {
        await CallAsync(isLast ? "last look" : "look", static () => { }, cancellation);
        return Permission;
    }

    async Task<GateLook> IGate.LookAsync(CancellationToken cancellation)
    {
        await CallAsync("judge", static () => { }, cancellation);
        return new GateLook(Verdict, Verdict == RebootVerdict.Healthy ? "" : "no leader");
    }

    private async Task CallAsync(string name, Action effect, CancellationToken cancellation)
    {
        Calls.Enqueue(name);
        bool isHanging = Interlocked.Increment(ref _calls) - 1 == HangAt;
        if (isHanging && HasEffect)
            effect();
        if (isHanging)
        {
            Hanging.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        if (Fault == name)
            throw new IOException($"{name} is broken");
        effect();
    }
}
