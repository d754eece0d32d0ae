namespace CoreNode.Tests.EndToEnd.Rolling;

/// <summary>The boot stages of machines: whichever goes down is booted again, in the slot that its disk says.</summary>
internal sealed class BootStages : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    public BootStages(IReadOnlyList<UpdatingMachine> machines)
    {
        foreach (UpdatingMachine machine in machines)
            _running.Add(KeepAsync(machine));
    }

    /// <summary>Fails if one of them has.</summary>
    public void Check()
    {
        foreach (Task one in _running)
        {
            if (one.IsFaulted)
                one.GetAwaiter().GetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    private async Task KeepAsync(UpdatingMachine machine)
    {
        while (!_stop.IsCancellationRequested)
        {
            if (machine.Node.Container.IsRunning)
            {
                await Task.Delay(s_pause);
                continue;
            }

            int code = await machine.Node.Container.EndAsync(TimeSpan.FromSeconds(20));
            Assert.That(code, Is.EqualTo(SystemdContainer.RebootAsked), $"n{machine.Node.Number}: nspawn's exit code");
            await machine.BootAsync();
        }
    }
}
