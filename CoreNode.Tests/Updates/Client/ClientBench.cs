using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Simulation;
using CoreNode.Updates.Client;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Updates.Client;

/// <summary>A client on a machine in memory: started, stopped and started again on the same state file.</summary>
internal sealed class ClientBench : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public FakeMachine Machine { get; } = new();

    public SimulatedFiles Files { get; } = new(new Prng(1));

    public UpdateSettings Settings { get; set; } = new()
    {
        GateSettle = TimeSpan.FromMilliseconds(1),
        GateDeadline = TimeSpan.FromMilliseconds(30),
        RetryDelay = TimeSpan.FromMilliseconds(20),
        TransferRetryDelay = TimeSpan.FromMilliseconds(1),
    };

    public UpdateClient Client { get; private set; } = null!;

    /// <summary>The calls but for those that only look.</summary>
    public string[] Done => [.. Machine.Calls.Where(static call => call != "read")];

    public void Start()
    {
        UpdateClientOptions options = new()
        {
            Folder = "/updates",
            Seed = 7,
            Settings = Settings,
            HealthInterval = TimeSpan.FromMilliseconds(5),
            HoldInterval = TimeSpan.FromMilliseconds(1),
            HoldRelease = TimeSpan.FromMilliseconds(5),
            Pause = TimeSpan.FromMilliseconds(10),
            SettingsInterval = TimeSpan.FromMilliseconds(20),
        };
        _stop = new CancellationTokenSource();
        Client = new UpdateClient(
            options, Machine.Ports, Files, TimeProvider.System, BootClock.Instance, NullLogger<UpdateClient>.Instance);
        _running = Client.RunAsync(_stop.Token);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Deadline);
        _stop.Dispose();
    }

    /// <summary>The node stops, the machine starts anew, and the node with it.</summary>
    public async Task RestartMachineAsync()
    {
        await StopAsync();
        Machine.Restart();
        Start();
    }

    /// <summary>Waits until the status is as wanted.</summary>
    public async Task<UpdateStatusView> UntilAsync(Func<UpdateStatusView, bool> isWanted)
    {
        using CancellationTokenSource limit = new(Deadline);
        UpdateStatusView status = Client.Status;
        while (!isWanted(status))
        {
            try
            {
                status = await Client.WaitForChangeAsync(status.Number, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"stuck at {Client.Status}\nafter {string.Join(", ", Machine.Calls)}");
            }
        }

        return status;
    }

    public Task<UpdateStatusView> UntilStageAsync(string stage) => UntilAsync(status => status.Stage == stage);

    /// <summary>Gives an order once the client takes some.</summary>
    public async Task<UpdateOrderResult> OrderAsync(UpdateOrder order)
    {
        await UntilAsync(static status => status.RunningVersion.Length > 0);
        using CancellationTokenSource limit = new(Deadline);
        UpdateOrderResult result = await Client.OrderAsync(order, limit.Token);
        // The status is told a moment before orders are taken.
        while (result.Refusal.StartsWith("updates have not begun", StringComparison.Ordinal))
        {
            await Task.Delay(1, limit.Token);
            result = await Client.OrderAsync(order, limit.Token);
        }

        return result;
    }

    /// <summary>What stands in the state file.</summary>
    public UpdateState Saved()
    {
        using IFile file = Files.Open("/updates/state", create: false);
        byte[] content = new byte[file.Length];
        file.Read(0, content);
        return UpdateStateCodec.Read(content).State!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
            await StopAsync();
    }
}
