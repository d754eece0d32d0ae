using System.Globalization;
using CoreNode.Api.Peers.Leases;
using CoreNode.Api.Peers.Requests;
using CoreNode.Platform;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster.Leading;

/// <summary>A machine that renews its lease as an agent does, and notes when it would have had to let go.</summary>
internal sealed class LeasingMachine(
    int number, Func<NodeRequests?> requests, TimeSpan lease, Func<IReadOnlyList<Member>> members) : IAsyncDisposable
{
    private const double Margin = 0.05;

    // So many parts of the time between renewals do machines begin in.
    private const int Phases = 97;

    private readonly LeaseClient _client = new(
        requests, members, BootClock.Instance, new LeaseClientOptions());

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private long _untilTicks;
    private int _granted;

    public string Id { get; } = number.ToString("x32", CultureInfo.InvariantCulture);

    public LeaseRenewal Renewal => new(Id, (ulong)number + 1, lease);

    public LeaseClient Client => _client;

    /// <summary>It counts on its lease now.</summary>
    public bool IsAlive => Now.Ticks < Volatile.Read(ref _untilTicks);

    /// <summary>How often it held none when a renewal came back.</summary>
    public int Lapses { get; private set; }

    /// <summary>When the last lease that it counts on ends, by CLOCK_BOOTTIME.</summary>
    public TimeSpan Until => new(Volatile.Read(ref _untilTicks));

    /// <summary>Renewals that were granted.</summary>
    public int Granted => Volatile.Read(ref _granted);

    /// <summary>How often each kind of answer came.</summary>
    public Dictionary<LeaseGrantKind, int> Answers { get; } = [];

    private static TimeSpan Now => BootClock.Now(BootClock.Instance);

    public void Start() => _running = RunAsync();

    /// <summary>Ends without a word, as a machine that loses power.</summary>
    public Task EndAsync()
    {
        _stop.Cancel();
        return _running;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await Task.Delay(lease / 4 * (number % Phases) / Phases, _stop.Token);
            while (true)
            {
                await RenewAsync();
                await Task.Delay(lease / 4, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Ended.
        }
    }

    private async Task RenewAsync()
    {
        TimeSpan sentAt = Now;
        LeaseGrant grant = await _client.RenewAsync(Renewal, _stop.Token);
        _stop.Token.ThrowIfCancellationRequested();
        Answers[grant.Kind] = Answers.GetValueOrDefault(grant.Kind) + 1;
        if (grant.Kind == LeaseGrantKind.Granted)
            Interlocked.Increment(ref _granted);
        bool isFirst = _untilTicks == 0;
        Lapses += !isFirst && !IsAlive ? 1 : 0;
        if (grant.Kind is LeaseGrantKind.Granted or LeaseGrantKind.NoLeader)
            Volatile.Write(ref _untilTicks, (sentAt + (grant.Duration * (1 - Margin))).Ticks);
    }
}
